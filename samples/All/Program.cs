return CM.Runtime.CommandLine.Run(args, CM.Generated.Declarations.All, Demo.New());
