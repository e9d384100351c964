return CM.Cli.CommandLine.Run(args, CM.Generated.Declarations.All);
