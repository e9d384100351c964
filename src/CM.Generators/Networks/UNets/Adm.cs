using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.UNets;

/// <summary>EDM's <c>DhariwalUNet</c> (Dhariwal and Nichol 2021).</summary>
internal sealed class Adm : UNet
{
    private static readonly double Third = Math.Sqrt(1.0 / 3);

    protected override string Title => "ADM";

    protected override long[] DefaultMultipliers => [1, 2, 3, 4];

    protected override long DefaultBlocks => 3;

    protected override long[] DefaultAttention => [32, 16, 8];

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        base.Validate(layer, check);
        ValidateNorms(layer, check);
    }

    protected override Expansion Expand(UNetPlan plan)
    {
        var x = plan.Root.Input("x", plan.Image(plan.Channels));
        var embedding = Embed(plan, plan.Root.Input("level", Dim.Of("B")));
        var width = plan.EmbeddingWidth;
        var first = plan.Levels[0].Channels;
        var (last, channels) = plan.Follow(
            x | plan.Root.Layer(UNetLevel.LayerOf($"enc.{plan.Levels[0].Name}_conv"), "Conv2d", $"enc.{plan.Levels[0].Name}_conv", Weights(plan.Channels, first, 3)), first,
            step => Apply(plan, step, embedding, width),
            (decoded, skip, name) => plan.Root.Let(name, Wire.Cat(decoded, skip)));

        plan.Root.Section = "Finish";
        return plan.Done(plan.Root.Let("image", last
            | plan.Root.Layer("OutNorm", "GroupNorm", "out_norm", ("groups", Groups(channels)), ("channels", channels))
            | plan.Root.SiLU("Act")
            | plan.Root.Layer("OutConv", "Conv2d", "out_conv", [.. Weights(channels, plan.OutChannels, 3), ("initWeight", 0.0), ("initBias", 0.0)])));
    }

    private static Wire Embed(UNetPlan plan, Wire level)
    {
        var root = plan.Root;
        var width = plan.EmbeddingWidth;
        var labels = plan.Labels > 0 ? root.Input("labels", Dim.Of("B"), plan.Labels) : default;
        root.Section = "Embed";
        var hidden = root.Let("hidden", level | root.Layer("MapNoise", "PositionalEmbedding", "map_noise", ("channels", plan.Width))
            | Linear(root, "map_layer0", plan.Width, width) | root.SiLU("Act0") | Linear(root, "map_layer1", width, width));
        if (plan.Labels > 0)
        {
            hidden = root.Let("labelled", hidden + (labels | root.Layer("MapLabel", "ClassEmbedding", "map_label",
                ("classes", plan.Labels), ("channels", width), ("scale", 1.0), ("bias", false), ("init", "KaimingNormal"), ("initWeight", Math.Sqrt(plan.Labels)))));
        }

        return root.Let("embedding", hidden | root.SiLU("Act1"));
    }

    private static Wire Apply(UNetPlan plan, UNetStep step, Wire embedding, int width)
    {
        var heads = plan.Heads(step);
        if (plan.Layer.Inner is { } given)
            return plan.Place(given, step, embedding, width, () => plan.Root.Sample(step.Resample), heads > 0 ? name => DeclareAttention(plan, name) : null, step.To, Groups(step.To));

        var words = step.Resample switch { Resample.Down => "Down", Resample.Up => "Up", _ => step.From == step.To ? "" : "Skip" } + (heads > 0 ? "Attention" : "");
        var block = plan.Block(plan.NameOf(words, step.Level.Dropout), name => DeclareBlock(plan, name, step, heads > 0));
        return (step.Input, embedding) | (step.From == step.To
            ? plan.Root.Block(step.Layer, step.Place, block, step.From, width, Groups(step.From))
            : plan.Root.Block(step.Layer, step.Place, block, step.From, step.To, width, Groups(step.From), Groups(step.To)));
    }

    private static CheckedNetwork DeclareBlock(UNetPlan plan, RecordName record, UNetStep step, bool attends)
    {
        string[] parameters = step.From == step.To ? ["Channels", "Embedding", "Groups"] : ["In", "Out", "Embedding", "InGroups", "OutGroups"];
        var net = new PlanBuilder(record, "A residual block of the U-Net (EDM's UNetBlock).", plan.Layer.Site, parameters);
        var (from, to, inGroups, outGroups) = step.From == step.To ? (Dim.Of("Channels"), Dim.Of("Channels"), "Groups", "Groups") : (Dim.Of("In"), Dim.Of("Out"), "InGroups", "OutGroups");
        var x = net.Input("x", Dim.Of("B"), from, Dim.Of("H"), Dim.Of("W"));
        var embedding = net.Input("embedding", Dim.Of("B"), Dim.Of("Embedding"));

        var bent = x | Norm(net, "norm0", inGroups, from) | net.SiLU("Act0");
        if (step.Resample != Resample.None)
            bent |= net.Sample(step.Resample);
        var turned = net.Let("turned", bent | net.Layer("Conv0", "Conv2d", "conv0", Weights(from, to, 3)));
        var again = (turned, embedding) | net.Layer("Norm1", "AdaptiveGroupNorm", "", ("groups", Dim.Of(outGroups)), ("channels", to), ("embedding", Dim.Of("Embedding")),
            ("norm", "norm1"), ("init", "KaimingUniform"), ("initWeight", Third), ("initBias", Third));
        again |= net.SiLU("Act1");
        if (step.Level.Dropout > 0)
            again |= net.Layer("Dropout", "Dropout", null, ("probability", step.Level.Dropout));
        again |= net.Layer("Conv1", "Conv2d", "conv1", [.. Weights(to, to, 3), ("initWeight", 0.0), ("initBias", 0.0)]);

        var skip = step.Resample == Resample.None ? x : x | net.Sample(step.Resample);
        if (step.From != step.To)
            skip |= net.Layer("Skip", "Conv2d", "skip", Weights(from, to, 1));
        var sum = net.Let("result", again + skip);
        if (attends)
            sum = net.Let("attended", Attend(plan, net, sum, to, outGroups) + sum);
        return net.Check(sum, Dim.Of("B"), to, step.Side("H"), step.Side("W"));
    }

    private static CheckedNetwork DeclareAttention(UNetPlan plan, RecordName record)
    {
        var net = new PlanBuilder(record, "Self-attention with a skip.", plan.Layer.Site, "Channels", "Groups");
        var x = net.Input("x", Dim.Of("B"), Dim.Of("Channels"), Dim.Of("H"), Dim.Of("W"));
        return net.Check(net.Let("result", Attend(plan, net, x, Dim.Of("Channels"), "Groups") + x), Dim.Of("B"), Dim.Of("Channels"), Dim.Of("H"), Dim.Of("W"));
    }

    private static Wire Attend(UNetPlan plan, PlanBuilder net, Wire x, Dim channels, string groups) => x | Norm(net, "norm2", groups, channels)
        | net.Layer("Attention", "Attention", "", ("channels", channels), ("heads", channels.Floor(plan.ChannelsPerHead)), ("init", "KaimingUniform"), ("initWeight", Third), ("initBias", Third), ("projectionInitWeight", 0.0), ("projectionInitBias", 0.0));

    private static LayerName Norm(PlanBuilder net, string place, string groups, Dim channels) =>
        net.Layer(UNetLevel.LayerOf(place), "GroupNorm", place, ("groups", Dim.Of(groups)), ("channels", channels));

    private static LayerName Linear(PlanBuilder net, string place, int from, int to) =>
        net.Layer(UNetLevel.LayerOf(place), "Linear", place, ("input", from), ("output", to), ("init", "KaimingUniform"), ("initWeight", Third), ("initBias", Third));

    private static (string, object)[] Weights(Dim from, Dim to, int kernel) =>
        [("input", from), ("output", to), ("kernel", kernel), ("init", "KaimingUniform"), ("initWeight", Third), ("initBias", Third)];
}
