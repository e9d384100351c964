using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.UNets;

/// <summary>EDM's <c>SongUNet</c> (Song et al. 2021 as arranged by Karras et al. 2022).</summary>
internal abstract class SongUNet : UNet
{
    private static readonly double SkipScale = Math.Sqrt(0.5);

    protected override long[] DefaultMultipliers => [1, 2, 2, 2];

    protected override long DefaultBlocks => 4;

    protected override long[] DefaultAttention => [16];

    /// <summary>Taps of the resampling filter.</summary>
    protected abstract EquatableArray<Dim> Filter { get; }

    /// <summary>Width of the embedding before its own layers, as a multiple of the width.</summary>
    protected abstract int NoiseMultiplier { get; }

    /// <summary>Whether the encoder adds a shrunk image to every level.</summary>
    protected abstract bool IsResidual { get; }

    /// <summary>Declares the layer that makes features of the level.</summary>
    protected abstract LayerName DeclareNoise(UNetPlan plan, int channels);

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        base.Validate(layer, check);
        ValidateNorms(layer, check, NoiseMultiplier);
    }

    protected override Expansion Expand(UNetPlan plan)
    {
        var root = plan.Root;
        var x = root.Input("x", plan.Image(plan.Channels));
        var embedding = Embed(plan, root.Input("level", Dim.Of("B")));
        var (image, imageChannels) = (x, plan.Channels);
        var (last, channels) = plan.Follow(
            x | Convolution(plan, $"enc.{plan.Levels[0].Name}_conv", plan.Channels, plan.Width), plan.Width,
            step => Apply(plan, step, embedding),
            (decoded, skip, name) => root.Let(name, Wire.Cat(decoded, skip)),
            everyBlockAttends: false, IsResidual ? AddImage : null);

        root.Section = "Finish";
        var place = $"dec.{plan.Levels[0].Name}_aux_";
        return plan.Done(root.Let("image", last
            | root.Layer(UNetLevel.LayerOf(place + "norm"), "GroupNorm", place + "norm", ("groups", Groups(channels)), ("channels", channels), ("epsilon", 1e-6))
            | root.SiLU("Act")
            | Convolution(plan, place + "conv", channels, plan.OutChannels, ("initWeight", 1e-5))));

        // The level above, shrunk: first the image itself, then what the levels made of it.
        Wire AddImage(Wire shrunk, UNetLevel level, int made)
        {
            var aux = $"enc.{level.Name}_aux_residual";
            var filtered = root.Let(UNetLevel.ValueOf(aux), image
                | Convolution(plan, aux, imageChannels, made, ("padding", 1 + (Filter.Count - 1) / 2))
                | root.Layer(UNetLevel.LayerOf(aux) + "Filter", "FirDownsample", aux, ("taps", Filter), ("padding", 0)));
            (image, imageChannels) = (root.Let(UNetLevel.ValueOf($"enc.{level.Name}_image"), (shrunk + filtered) * SkipScale), made);
            return image;
        }
    }

    private Wire Embed(UNetPlan plan, Wire level)
    {
        var root = plan.Root;
        root.Section = "Embed";
        var (noise, width) = (plan.Width * NoiseMultiplier, plan.EmbeddingWidth);
        var wave = root.Let("wave", level | DeclareNoise(plan, noise));
        if (plan.Labels > 0)
        {
            var labels = root.Input("labels", Dim.Of("B"), plan.Labels);
            wave = root.Let("labelled", wave + (labels | root.Layer("MapLabel", "ClassEmbedding", "map_label", ("classes", plan.Labels), ("channels", noise), ("init", "XavierUniform"))));
        }

        var hidden = wave | Linear(root, "map_layer0", noise, width) | root.SiLU("Act0");
        return root.Let("embedding", hidden | Linear(root, "map_layer1", width, width) | root.SiLU("Act1"));
    }

    private Wire Apply(UNetPlan plan, UNetStep step, Wire embedding)
    {
        var width = plan.EmbeddingWidth;
        if (plan.Layer.Inner is { } given)
            return plan.Place(given, step, embedding, width, () => Sample(plan.Root, step.Resample, step.Layer + "Sample", step.Place), step.Attends ? name => DeclareAttention(plan, name) : null, step.To, Groups(step.To));

        var words = step.Resample switch { Resample.Down => "Down", Resample.Up => "Up", _ => step.From == step.To ? "" : "Skip" } + (step.Attends ? "Attention" : "");
        var block = plan.Block(plan.NameOf(words, step.Level.Dropout), name => DeclareBlock(plan, name, step));
        return (step.Input, embedding) | (Projects(step)
            ? plan.Root.Block(step.Layer, step.Place, block, step.From, step.To, width, Groups(step.From), Groups(step.To))
            : plan.Root.Block(step.Layer, step.Place, block, step.From, width, Groups(step.From)));
    }

    private CheckedNetwork DeclareBlock(UNetPlan plan, RecordName record, UNetStep step)
    {
        string[] parameters = Projects(step) ? ["In", "Out", "Embedding", "InGroups", "OutGroups"] : ["Channels", "Embedding", "Groups"];
        var net = new PlanBuilder(record, "A residual block of the U-Net (EDM's UNetBlock).", plan.Layer.Site, parameters);
        var (from, to, inGroups, outGroups) = Projects(step) ? (Dim.Of("In"), Dim.Of("Out"), "InGroups", "OutGroups") : (Dim.Of("Channels"), Dim.Of("Channels"), "Groups", "Groups");
        var x = net.Input("x", Dim.Of("B"), from, Dim.Of("H"), Dim.Of("W"));
        var embedding = net.Input("embedding", Dim.Of("B"), Dim.Of("Embedding"));

        var bent = x | Norm(net, "norm0", inGroups, from) | net.SiLU("Act0");
        if (step.Resample != Resample.None)
            bent |= Sample(net, step.Resample, "Conv0Sample", "conv0");
        var turned = net.Let("turned", bent | net.Layer("Conv0", "Conv2d", "conv0", Weights(from, to, 3)));
        var shifted = net.Let("shifted", turned + (embedding | net.Layer("Affine", "Linear", "affine", ("input", Dim.Of("Embedding")), ("output", to), ("init", "XavierUniform"))));
        var again = shifted | Norm(net, "norm1", outGroups, to) | net.SiLU("Act1");
        if (step.Level.Dropout > 0)
            again |= net.Layer("Dropout", "Dropout", null, ("probability", step.Level.Dropout));
        again |= net.Layer("Conv1", "Conv2d", "conv1", [.. Weights(to, to, 3), ("initWeight", 1e-5)]);

        var skip = step.Resample == Resample.None ? x : x | Sample(net, step.Resample, "SkipSample", "skip");
        if (Projects(step))
            skip |= net.Layer("Skip", "Conv2d", "skip", Weights(from, to, 1));
        var sum = net.Let("result", (again + skip) * SkipScale);
        if (step.Attends)
            sum = net.Let("attended", (Attend(net, sum, to, outGroups) + sum) * SkipScale);
        return net.Check(sum, Dim.Of("B"), to, step.Side("H"), step.Side("W"));
    }

    private static bool Projects(UNetStep step) => step.Resample != Resample.None || step.From != step.To;

    // Parts that a user's block leaves to the U-Net.
    private static CheckedNetwork DeclareAttention(UNetPlan plan, RecordName record)
    {
        var net = new PlanBuilder(record, "Self-attention with a skip.", plan.Layer.Site, "Channels", "Groups");
        var x = net.Input("x", Dim.Of("B"), Dim.Of("Channels"), Dim.Of("H"), Dim.Of("W"));
        return net.Check(net.Let("result", (Attend(net, x, Dim.Of("Channels"), "Groups") + x) * SkipScale), Dim.Of("B"), Dim.Of("Channels"), Dim.Of("H"), Dim.Of("W"));
    }

    private static Wire Attend(PlanBuilder net, Wire x, Dim channels, string groups) => x | Norm(net, "norm2", groups, channels)
        | net.Layer("Attention", "Attention", "", ("channels", channels), ("init", "XavierUniform"), ("initWeight", Math.Sqrt(0.2)), ("projectionInitWeight", 1e-5));

    // The filter 1, 1 is mean and nearest neighbour.
    private LayerName Sample(PlanBuilder net, Resample resample, string name, string place) =>
        Filter.Count == 2 ? net.Sample(resample) : net.Layer(name, resample == Resample.Down ? "FirDownsample" : "FirUpsample", place, ("taps", Filter));

    private static LayerName Norm(PlanBuilder net, string place, string groups, Dim channels) =>
        net.Layer(UNetLevel.LayerOf(place), "GroupNorm", place, ("groups", Dim.Of(groups)), ("channels", channels), ("epsilon", 1e-6));

    private static LayerName Linear(PlanBuilder net, string place, int from, int to) =>
        net.Layer(UNetLevel.LayerOf(place), "Linear", place, ("input", from), ("output", to), ("init", "XavierUniform"));

    private static LayerName Convolution(UNetPlan plan, string place, int from, int to, params (string, object)[] more) =>
        plan.Root.Layer(UNetLevel.LayerOf(place), "Conv2d", place, [.. Weights(from, to, 3), .. more]);

    private static (string, object)[] Weights(Dim from, Dim to, int kernel) => [("input", from), ("output", to), ("kernel", kernel), ("init", "XavierUniform")];
}

internal sealed class DdpmPlusPlus : SongUNet
{
    protected override string Title => "DDPM++";

    protected override EquatableArray<Dim> Filter => [1, 1];

    protected override int NoiseMultiplier => 1;

    protected override bool IsResidual => false;

    protected override LayerName DeclareNoise(UNetPlan plan, int channels) =>
        plan.Root.Layer("MapNoise", "PositionalEmbedding", "map_noise", ("channels", channels), ("endpoint", true), ("sineFirst", true));
}

internal sealed class NcsnPlusPlus : SongUNet
{
    protected override string Title => "NCSN++";

    protected override EquatableArray<Dim> Filter => [1, 3, 3, 1];

    protected override int NoiseMultiplier => 2;

    protected override bool IsResidual => true;

    protected override LayerName DeclareNoise(UNetPlan plan, int channels) =>
        plan.Root.Layer("MapNoise", "FourierEmbedding", "map_noise", ("channels", channels), ("scale", plan.Layer.Number("fourierScale", 16)), ("sineFirst", true));
}
