namespace CM.Driver;

/// <summary>A project or solution that <c>cm</c> builds in Release.</summary>
/// <param name="Project">The path of the project's folder, or of the solution.</param>
/// <param name="Program">The name of the program's assembly; null for the solution.</param>
/// <param name="Sources">The folders with everything that it is built from.</param>
internal sealed record Target(string Project, string? Program, params string[] Sources)
{
    public static readonly Target Samples = new("samples/All", "DslCM.Samples", "src", "samples");
    public static readonly Target Watch = new("src/CM.Watch", "DslCM.Watch", "src/CM.Watch") { UsesTorch = false };
    public static readonly Target Steps = new("bench/Steps", "Steps", "src", "samples", "bench");
    public static readonly Target Generator = new("bench/Generator", "Generator", "src", "samples", "bench");
    public static readonly Target Matching = new("bench/Matching", "Matching", "src", "samples", "bench");
    public static readonly Target Solution = new("DslCM.sln", null, "src", "samples", "tests", "bench", "build");

    /// <summary>The programs, all of which are in the solution.</summary>
    public static readonly IReadOnlyList<Target> Programs = [Samples, Watch, Steps, Generator, Matching];

    /// <summary>Whether libtorch stands beside the built program.</summary>
    public bool UsesTorch { get; private init; } = true;

    /// <summary>The path of the built program.</summary>
    public string Assembly(string root) => Path.Combine(root, Project, "bin", "Release", "net10.0", Program + ".dll");
}
