using System.Text.Json;
using TorchSharp;

namespace CM.Generators.Tests;

/// <summary>Numbers of reference implementations; see Golden/README.md.</summary>
internal sealed class GoldenUnits
{
    private readonly JsonElement tensors;

    private GoldenUnits(JsonElement tensors) => this.tensors = tensors;

    public static GoldenUnits Load(string file) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "CM.Generators.Tests", "Golden", file))).RootElement);

    /// <summary>A tensor that is stored whole.</summary>
    public torch.Tensor this[string name] =>
        torch.tensor([.. Numbers(name).Select(number => (float)number)]).view([.. tensors.GetProperty(name).GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt64())]);

    /// <summary>max |a − b| / max |b| over the numbers that are stored of a tensor of the same shape.</summary>
    public double Error(torch.Tensor actual, string name)
    {
        var stored = tensors.GetProperty(name);
        actual.shape.ShouldBe(stored.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt64()));
        var every = stored.GetProperty("every").GetInt32();
        var wanted = Numbers(name);
        var found = actual.detach().to(torch.float64).contiguous().data<double>().ToArray().Where((_, i) => i % every == 0).ToArray();
        found.Length.ShouldBe(wanted.Length);
        return found.Zip(wanted, (a, b) => Math.Abs(a - b)).Max() / wanted.Max(Math.Abs);
    }

    private double[] Numbers(string name) => [.. tensors.GetProperty(name).GetProperty("values").EnumerateArray().Select(number => number.GetDouble())];
}
