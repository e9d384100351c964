namespace CM.Driver;

/// <summary>The measurements of <c>cm bench</c>, each a program.</summary>
internal sealed class Bench
{
    private readonly Workspace workspace;
    private readonly Builder builder;
    private readonly Measurement[] measurements;

    public Bench(Workspace workspace, Builder builder)
    {
        this.workspace = workspace;
        this.builder = builder;
        measurements =
        [
            new("steps", "training steps and samples beside PyTorch and hand-written TorchSharp (--only, --threads, --pairs, --peer, --json); the default", Target.Steps),
            new("limits", "our steps beside the least time that their multiplications take (--only, --threads)", Target.Steps, "limits"),
            new("matching", "the assignment of optimal transport (BenchmarkDotNet's options)", Target.Matching, Artifacts("matching")),
            new("generator", "a keystroke, by networks declared (BenchmarkDotNet's options)", Target.Generator, Artifacts("generator")),
        ];
    }

    public string Names => string.Join(", ", measurements.Select(each => each.Name));

    private string Usage => $"""
        {CommandTable.ProgramName} bench [NAME] [options]

        {string.Join('\n', measurements.Select(each => $"  {each.Name,-11}{each.Summary}"))}

        PyTorch is the torch package of the Python that CM_PYTHON names, otherwise of the system's (Debian: apt-get install python3-torch).
        """;

    /// <summary>Measures, by a program in place of this one.</summary>
    public int Run(string[] arguments)
    {
        if (arguments is ["--help" or "-h", ..])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        string[] named = arguments is [] or [['-', ..], ..] ? ["steps", .. arguments] : arguments;
        var measurement = measurements.FirstOrDefault(each => each.Name == named[0])
            ?? throw new UserError($"there is no measurement '{named[0]}'; there are: {Names}");
        builder.Build(measurement.Target);
        return Dotnet.Become(measurement.Target.Assembly(workspace.Root), [.. measurement.Arguments, .. named[1..]]);
    }

    private string[] Artifacts(string name) => ["--artifacts", Path.Combine(workspace.State, $"bench-{name}")];

    /// <param name="Name">The word after <c>bench</c>.</param>
    /// <param name="Summary">A line for the usage.</param>
    /// <param name="Target">The program.</param>
    /// <param name="Arguments">The program's arguments before those of the user.</param>
    private sealed record Measurement(string Name, string Summary, Target Target, params string[] Arguments);
}
