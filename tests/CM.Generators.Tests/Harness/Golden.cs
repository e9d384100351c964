using System.Runtime.InteropServices;
using System.Text.Json;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>A case of a reference implementation; see Golden/README.md.</summary>
internal sealed class Golden(string name)
{
    private readonly JsonElement tensors = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "CM.Generators.Tests", "Golden", name + ".json"))).RootElement;

    public Tensor this[string tensor]
    {
        get
        {
            var entry = tensors.GetProperty(tensor);
            var bytes = entry.GetProperty("data").GetBytesFromBase64();
            using var flat = entry.GetProperty("dtype").GetString() switch
            {
                "F32" => torch.tensor(MemoryMarshal.Cast<byte, float>(bytes).ToArray()),
                "F64" => torch.tensor(MemoryMarshal.Cast<byte, double>(bytes).ToArray()),
                _ => torch.tensor(MemoryMarshal.Cast<byte, long>(bytes).ToArray()),
            };
            return flat.view([.. entry.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt64())]);
        }
    }

    /// <summary>The tensors under a prefix, without it.</summary>
    public IEnumerable<string> Under(string prefix) => tensors.EnumerateObject().Select(tensor => tensor.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

    public bool Has(string tensor) => tensors.TryGetProperty(tensor, out _);

    /// <summary>
    /// Dropout takes the case's masks, with their samples in an order of the test's own, until the result is disposed; where the case has
    /// none it draws its own.
    /// </summary>
    public IDisposable? GiveMasks(StepContext context, Tensor? order = null)
    {
        Tensor[] masks = [.. Enumerable.Range(0, 100).Select(i => $"in/mask{i:00}").TakeWhile(Has).Select(name => order is null ? this[name] : this[name].index_select(0, order))];
        return masks.Length == 0 ? null : context.TakeMasks(masks);
    }

    /// <summary>What a case says beside its tensors.</summary>
    public string Text(string name) => tensors.GetProperty(name).GetString()!;

    public string[] Texts(string name) => [.. tensors.GetProperty(name).EnumerateArray().Select(each => each.GetString()!)];

    /// <summary>Fills parameters of a store; a pattern without a parameter is a mistake of the test.</summary>
    public void Fill(ParameterStore weights, params (string Parameter, string Tensor, int From, int Count)[] parts)
    {
        using var _ = no_grad();
        foreach (var (parameter, tensor, from, count) in parts)
        {
            using var all = this[tensor];
            using var given = count == 0 ? all.alias() : all.narrow(0, from, count);
            weights[parameter].copy_(given);
        }
    }

    /// <summary>max |a − b| / max |b| at most the tolerance.</summary>
    public static void ShouldMatch(Tensor found, Tensor wanted, double tolerance, string what)
    {
        found.shape.ShouldBe(wanted.shape, what);
        using var _ = NewDisposeScope();
        var (a, b) = (found.detach().to(ScalarType.Float64), wanted.to(ScalarType.Float64));
        ((a - b).abs().max() / b.abs().max()).item<double>().ShouldBeLessThanOrEqualTo(tolerance, what);
    }
}
