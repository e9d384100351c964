return await CM.Watch.WatchCommand.Run(args, Console.Out, Console.Error);
