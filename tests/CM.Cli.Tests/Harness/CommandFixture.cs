using System.Text.Json;
using CM.Dsl;

namespace CM.Cli.Tests;

/// <summary>Runs commands over a tiny experiment, in a folder that goes away.</summary>
public abstract class CommandFixture : IDisposable
{
    private protected Scratch Scratch { get; } = new();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Scratch.Dispose();
    }

    private protected static Experiment Digits() =>
        Tiny.With(Tiny.Plan with { Name = "Digits", Data = new Mnist(), DataShape = [1, 28, 28] });

    private protected static string Good(params string[] args) => Run(0, [Tiny.Experiment], args).Output;

    private protected static JsonElement Json(params string[] args) => JsonDocument.Parse(Good(args)).RootElement;

    private protected static string Bad(int code, params string[] args)
    {
        var (output, errors) = Run(code, [Tiny.Experiment], args);
        errors.ShouldStartWith("error: ");
        errors.ShouldNotContain("\n");
        return errors;
    }

    private protected static (string Output, string Errors) Run(int code, Experiment[] experiments, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var result = CommandLine.Run(args, new Registry(experiments, [Tiny.Network]), output, errors);
        result.ShouldBe(code, errors.ToString());
        return (output.ToString().TrimEnd('\n'), errors.ToString().TrimEnd('\n'));
    }
}
