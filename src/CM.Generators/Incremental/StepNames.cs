using System.Collections.Immutable;

namespace CM.Generators.Incremental;

/// <summary>Names of the stages whose results are cached, for tests that ask why a stage ran.</summary>
internal static class StepNames
{
    public const string ReadNetwork = "Read network";
    public const string ReadCoupling = "Read coupling";
    public const string ReadTimes = "Read times";
    public const string ReadExperiment = "Read experiment";
    public const string ReadClassifier = "Read classifier";
    public const string Register = "Register";

    public static ImmutableHashSet<string> All { get; } = [ReadNetwork, ReadCoupling, ReadTimes, ReadExperiment, ReadClassifier, Register];
}
