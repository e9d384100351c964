using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Declarations that are compiled in memory together with what was generated for them, and run.</summary>
internal sealed class TimesDeclared
{
    private readonly Assembly assembly;

    private TimesDeclared(Assembly assembly) => this.assembly = assembly;

    public static TimesDeclared Compile(string source)
    {
        Source.Generate(source, out var output);
        using var image = new MemoryStream();
        var result = output.Emit(image);
        result.Success.ShouldBeTrue(string.Join("\n", result.Diagnostics));
        return new(Assembly.Load(image.ToArray()));
    }

    public Type Type(string name) => assembly.GetType("Test." + name, throwOnError: true)!;

    /// <summary>Calls a static method; the overload is found by the arguments' types.</summary>
    public object Call(string type, string method, params object[] arguments) =>
        Type(type).GetMethod(method, [.. arguments.Select(argument => argument is torch.Device ? typeof(torch.Device) : argument.GetType())])!.Invoke(null, arguments)!;

    /// <summary>Values of a generated formula at some times; further arguments are passed on.</summary>
    public double[] At(string type, string method, double[] times, params object[] more)
    {
        using var t = tensor(times);
        using var result = (Tensor)Call(type, method, [t, .. more]);
        result.dtype.ShouldBe(ScalarType.Float64);
        return result.data<double>().ToArray();
    }

    public static void ShouldAgree(double[] actual, double[] expected, double tolerance, string what = "")
    {
        actual.Length.ShouldBe(expected.Length, what);
        var scale = expected.Max(Math.Abs);
        for (var i = 0; i < actual.Length; i++)
            actual[i].ShouldBe(expected[i], tolerance * scale, $"{what} [{i}]");
    }
}
