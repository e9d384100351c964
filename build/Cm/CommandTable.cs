namespace CM.Driver;

/// <summary>The commands of <c>cm</c>: its own, and those of the samples' program.</summary>
internal sealed class CommandTable
{
    public static readonly string ProgramName = OperatingSystem.IsWindows() ? @".\cm" : "./cm";

    private readonly Workspace workspace;
    private readonly Builder builder;

    public CommandTable(Workspace workspace)
    {
        this.workspace = workspace;
        builder = new(workspace);
        var bench = new Bench(workspace, builder);
        Commands =
        [
            Sample("demo", "", "train two moons, then digits, and show them"),
            Sample("list", "", "the declared experiments and networks"),
            Sample("describe", "NAME", "layers, shapes and parameters"),
            Sample("train", "NAME", "train an experiment; --dry-run tries two steps on random data"),
            Sample("sample", "RUN", "draw samples from a run"),
            Sample("evaluate", "RUN", "judge samples of a run"),
            Sample("compare", "GROUP", "train the experiments of a comparison and write one table"),
            Sample("train-features", "N", "train the classifier whose features judge images"),
            new("watch", "[RUN...]", "runs in the browser: curves, loss by time, samples, code; all of runs/ unless some are named", Watch),
            Sample("export", "RUN FILE", "the weights of a run, for other programs"),
            Sample("import", "FILE", "the tensors in a file of weights, and how they fit"),
            Sample("data", "", "prepare pictures of your own, or fetch a published data set"),
            Sample("doctor", "", "this machine, and how to mend what is missing"),
            new("test", "[FILTER]", "every test, or those whose name contains FILTER", Test),
            new("bench", "[NAME]", $"speed and memory beside PyTorch and TorchSharp; NAME is {bench.Names}", bench.Run),
            new("build", "", "set up and build, nothing more", Build),
        ];
    }

    public IReadOnlyList<Command> Commands { get; }

    public string Usage => $"""
        {ProgramName} COMMAND [options]

        {string.Join('\n', Commands.Select(each => $"  {each.Name + " " + each.Arguments,-18} {each.Summary}"))}

        {ProgramName} COMMAND --help tells a command's options. The first call builds everything, which takes a few minutes.
        The package with libtorch is chosen once and kept in .cm/torch.props: one with CUDA where an NVIDIA driver answers
        and the package restores, otherwise TorchSharp-cpu. {TorchChoice.Variable} in the environment overrides the choice:
        {string.Join(", ", TorchChoice.Packages)}.
        """;

    /// <summary>Runs a command.</summary>
    /// <returns>The exit code.</returns>
    public int Run(string[] arguments)
    {
        if (arguments is [] or ["-h" or "--help" or "help", ..])
            return Help();
        var command = Commands.FirstOrDefault(each => each.Name == arguments[0])
            ?? throw new UserError($"there is no command '{arguments[0]}'; {ProgramName} --help lists them");
        return command.Run(arguments[1..]);
    }

    private Command Sample(string name, string arguments, string summary) =>
        new(name, arguments, summary, rest => Start(Target.Samples, [name, .. rest]));

    private int Watch(string[] arguments) => Start(Target.Watch, arguments);

    private int Start(Target target, string[] arguments)
    {
        builder.Build(target);
        Environment.SetEnvironmentVariable("CM_PROGRAM", ProgramName); // the name in the commands that the program prints
        return Dotnet.Become(target.Assembly(workspace.Root), arguments);
    }

    private int Test(string[] arguments)
    {
        if (arguments is ["-h" or "--help"])
            return Help();
        if (arguments is [_, _, ..] or [['-', ..]])
            throw new UserError($"test takes at most one filter, a part of the names of tests, not '{string.Join(' ', arguments)}'");
        builder.Build(Target.Solution);
        return new TestRun(workspace).Run(arguments.FirstOrDefault());
    }

    private int Build(string[] arguments)
    {
        if (arguments is ["-h" or "--help"])
            return Help();
        if (arguments.Length > 0)
            throw new UserError($"build takes no arguments, not '{string.Join(' ', arguments)}'");
        builder.Build(Target.Solution);
        return 0;
    }

    private int Help()
    {
        Console.WriteLine(Usage);
        return 0;
    }
}

/// <summary>A command of <c>cm</c>.</summary>
/// <param name="Name">The word after <c>cm</c>.</param>
/// <param name="Arguments">The arguments, as the usage shows them.</param>
/// <param name="Summary">A line for the usage.</param>
/// <param name="Run">Runs the command with the arguments after its name and returns the exit code.</param>
internal sealed record Command(string Name, string Arguments, string Summary, Func<string[], int> Run);
