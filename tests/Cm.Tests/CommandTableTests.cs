namespace CM.Driver.Tests;

public sealed class CommandTableTests : IDisposable
{
    private readonly Checkout checkout = new();

    public void Dispose() => checkout.Dispose();

    [Fact]
    public void The_usage_has_a_line_for_every_command()
    {
        var table = new CommandTable(checkout.Workspace);
        string[] names =
        [
            "demo", "list", "describe", "train", "sample", "evaluate", "compare", "train-features", "watch", "export", "import", "data",
            "doctor", "test", "bench", "build",
        ];
        table.Commands.Select(command => command.Name).ShouldBe(names);
        var lines = table.Usage.Split('\n');
        foreach (var name in names)
            lines.Count(line => line.StartsWith($"  {name} ", StringComparison.Ordinal)).ShouldBe(1, name);
        lines.ShouldAllBe(line => line.Length <= 140);
    }

    [Theory]
    [InlineData("there is no command 'trian'; ./cm --help lists them", "trian", "Moons")]
    [InlineData("test takes at most one filter, a part of the names of tests, not 'Loss Data'", "test", "Loss", "Data")]
    [InlineData("test takes at most one filter, a part of the names of tests, not '--filter'", "test", "--filter")]
    [InlineData("build takes no arguments, not 'samples'", "build", "samples")]
    [InlineData("there is no measurement 'speed'; there are: steps, limits, matching, generator", "bench", "speed")]
    public void Mistakes_are_told_before_anything_is_built(string message, params string[] arguments) =>
        Should.Throw<UserError>(() => new CommandTable(checkout.Workspace).Run(arguments)).Message
            .ShouldBe(message.Replace("./cm", CommandTable.ProgramName));

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("test --help")]
    [InlineData("build --help")]
    [InlineData("bench --help")]
    public void Help_needs_no_build(string arguments) =>
        new CommandTable(checkout.Workspace).Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBe(0);
}
