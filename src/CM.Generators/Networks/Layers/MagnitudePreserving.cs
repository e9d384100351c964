using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class MpSiLU : LayerKind
{
    public override bool PreservesMagnitude => true;

    public override string Describe(LayerPlan layer) => "MpSiLU";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"MagnitudePreserving.SiLU({code.Input})";
}

internal sealed class MpSum : LayerKind
{
    public override bool PreservesMagnitude => true;

    public override string Describe(LayerPlan layer) => $"MpSum {Literals.Number(layer.Number("t", 0.5))}";

    public override int Inputs => 2;

    public override void Validate(LayerPlan layer, LayerCheck check) => check.Range("t", layer.Number("t", 0.5) is >= 0 and <= 1, "from 0 to 1");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        var (other, second) = (check.Second.Input, check.Second);
        return second.Rank(other, input.Rank, input.ToString())
            && Enumerable.Range(0, input.Rank).All(axis => second.Axis(other, axis, input.NameOf(axis), input[axis].Size))
                ? input
                : Shape.Unknown;
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"MagnitudePreserving.Sum({code.Input}, {code.Second}, {Literals.Number(layer.Number("t", 0.5))})";
}

internal sealed class MpCat : LayerKind
{
    public override bool PreservesMagnitude => true;

    public override string Describe(LayerPlan layer) => $"MpCat {Literals.Number(layer.Number("t", 0.5))}";

    public override int Inputs => 2;

    public override void Validate(LayerPlan layer, LayerCheck check) => check.Range("t", layer.Number("t", 0.5) is >= 0 and <= 1, "from 0 to 1");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        var (other, second) = (check.Second.Input, check.Second);
        if (input.Rank < 2)
        {
            check.Rank(input, 4, "[B, channels, …]");
            return Shape.Unknown;
        }

        return second.Rank(other, input.Rank, input.Make(1, Dim.Of("channels"), layer.Name).ToString())
            && Enumerable.Range(0, input.Rank).Where(axis => axis != 1).All(axis => second.Axis(other, axis, input.NameOf(axis), input[axis].Size))
                ? input.Make(1, input[1].Size + other[1].Size, layer.Name)
                : Shape.Unknown;
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"MagnitudePreserving.Cat({code.Input}, {code.Second}, {Literals.Number(layer.Number("t", 0.5))})";
}

internal sealed class MpFourier : LayerKind
{
    public override bool PreservesMagnitude => true;

    public override string Describe(LayerPlan layer) => $"MpFourier {layer.Size("channels")}";

    public override void Validate(LayerPlan layer, LayerCheck check) => check.AtLeast("channels", 1, layer.Size("channels"));

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 1, "[B]") ? new Shape([input[0], Axis.Made(layer.Size("channels"), layer.Name)]) : Shape.Unknown;

    // A cosine has the period 2π: phases in [−π, π) are those in [0, 2π).
    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) =>
    [
        new("freqs", "Initializer.Normal(2 * Math.PI)", [layer.Size("channels")], Fixed: true),
        new("phases", "Initializer.Uniform(Math.PI)", [layer.Size("channels")], Fixed: true),
    ];

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"MagnitudePreserving.Fourier({code.Input}, {code.Field("freqs")}, {code.Field("phases")})";
}

internal sealed class MpLinear : LayerKind
{
    public override bool PreservesMagnitude => true;

    public override bool NormalisesWeights => true;

    private readonly Linear plain = new();

    public override string Describe(LayerPlan layer) => "Mp" + plain.Describe(layer) + MpWeights.Gain(layer, ", gain ");

    public override void Validate(LayerPlan layer, LayerCheck check) => plain.Validate(layer, check);

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => plain.Infer(layer, input, check);

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) =>
        [MpWeights.Of("weight", layer.Size("output"), layer.Size("input"))];

    public override Dim Work(LayerPlan layer, Shape input, Shape output) => plain.Work(layer, input, output);

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"MagnitudePreserving.Linear({code.Input}, {code.Field("weight")}, training{MpWeights.Gain(layer, ", gain: ")})";
}

internal sealed class MpConv2d : LayerKind
{
    public override bool PreservesMagnitude => true;

    public override bool NormalisesWeights => true;

    public override string Describe(LayerPlan layer) =>
        $"MpConv2d {layer.Size("input")}→{layer.Size("output")}, {layer.Whole("kernel")}×{layer.Whole("kernel")}{MpWeights.Gain(layer, ", gain ")}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("input", 1, layer.Size("input"));
        check.AtLeast("output", 1, layer.Size("output"));
        check.Range("kernel", layer.Whole("kernel") % 2 == 1, "an odd number");
        Starts.Validate(layer, check);
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 4, "[B, channels, height, width]") && check.Axis(input, 1, "input", layer.Size("input"))
            ? input.Make(1, layer.Size("output"), layer.Name)
            : Shape.Unknown;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) =>
        [MpWeights.Of("weight", layer.Size("output"), layer.Size("input"), layer.Size("kernel"), layer.Size("kernel"))];

    public override Dim Work(LayerPlan layer, Shape input, Shape output) =>
        Parameters(layer).First().Count * output[2].Size * output[3].Size;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"MagnitudePreserving.Conv2d({code.Input}, {code.Field("weight")}, training{MpWeights.Gain(layer, ", gain: ")})";
}

internal sealed class MpAttention : Attention
{
    public override bool PreservesMagnitude => true;

    public override bool NormalisesWeights => true;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var channels = layer.Size("channels");
        yield return MpWeights.Of("qkv.weight", channels * 3, channels, 1, 1);
        yield return MpWeights.Of("proj.weight", channels, channels, 1, 1);
    }

    // Attention keeps its own, and queries, keys and values once more before they are normalised, with their magnitudes.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) =>
        base.Saved(layer, input, output).And(output.Numbers * 3 + Heads(layer) * output.NumbersWithout(1) * 6);

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"MagnitudePreserving.SelfAttention({code.Input}, {code.Field("qkv.weight")}, {code.Field("proj.weight")}, heads: {Heads(layer).ToCode()}, training)";
}

internal static class MpWeights
{
    // 16 bits would round away what normalising them changes: layers cast them afterwards.
    public static ParameterPlan Of(string name, params Dim[] shape) => new(name, "Initializer.Normal(1)", [.. shape], InFloat32: true);

    public static string Gain(LayerPlan layer, string before) => layer.Has("gain") ? before + Literals.Number(layer.Number("gain", 1)) : "";
}
