using System.CommandLine;

namespace CM.Cli;

/// <summary>Options that several commands share.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs." };

    public static Option<string?> Data() =>
        new("--data")
        {
            Description = $"Folder with data files. Default: {DataFolder.Variable}, else 'data' here or above.",
            HelpName = "DIR",
        };

    public static Option<string?> Device() =>
        new("--device") { Description = "cpu, cuda or cuda:N. Default: cuda where there is one.", HelpName = "DEVICE" };

    public static Option<int?> Threads() =>
        new("--threads") { Description = "Threads of libtorch. Default: the physical cores.", HelpName = "N" };

    public static Option<string?> Average() =>
        new("--ema")
        {
            Description = "Which average of the weights, online, or power-WIDTH made of averages put aside. "
                + "Default: the first that is declared.",
            HelpName = "NAME",
        };

    public static Option<long?> Seed() =>
        new("--seed") { Description = "Where every random number comes from. Default: as declared.", HelpName = "N" };
}
