using CM.Generators.Shapes;

namespace CM.Generators.Networks.UNets;

/// <summary>EDM2's U-Net, whose layers preserve magnitudes (Karras et al. 2024).</summary>
internal sealed class Edm2 : UNet
{
    private const double LabelBalance = 0.5;
    private const double ConcatBalance = 0.5;
    private const double ResidualBalance = 0.3;
    private const double AttentionBalance = 0.3;
    private const double Clip = 256;

    public override bool NormalisesWeights => true;

    protected override string Title => "EDM2";

    protected override long[] DefaultMultipliers => [1, 2, 3, 4];

    protected override long DefaultBlocks => 3;

    protected override long[] DefaultAttention => [16, 8];

    protected override Expansion Expand(UNetPlan plan)
    {
        var root = plan.Root;
        var x = root.Input("x", plan.Image(plan.Channels));
        var embedding = Embed(plan, root.Input("level", Dim.Of("B")));
        var (width, first) = (Embedding(plan), plan.Levels[0].Channels);
        var start = $"enc.{plan.Levels[0].Name}_conv";
        var (last, channels) = plan.Follow(
            x | root.Layer("AppendOnes", "AppendOnes", null) | Convolution(root, start, plan.Channels + 1, first, 3), first,
            step => Apply(plan, step, embedding, width),
            (decoded, skip, name) => root.Let(name, (decoded, skip) | root.Layer("Join", "MpCat", null, ("t", ConcatBalance))));

        root.Section = "Finish";
        return plan.Done(root.Let("image", last | Convolution(root, "out_conv", channels, plan.OutChannels, 3) | root.Layer("OutGain", "LearnedGain", "out_")));
    }

    private static Wire Embed(UNetPlan plan, Wire level)
    {
        var root = plan.Root;
        var (noise, width) = (plan.Levels[0].Channels, Embedding(plan));
        var labels = plan.Labels > 0 ? root.Input("labels", Dim.Of("B"), plan.Labels) : default;
        root.Section = "Embed";
        var wave = root.Let("noise", level | root.Layer("EmbFourier", "MpFourier", "emb_fourier", ("channels", noise)) | Linear(root, "emb_noise", noise, width));
        if (plan.Labels > 0)
        {
            var classes = root.Let("classes", labels * Math.Sqrt(plan.Labels) | Linear(root, "emb_label", plan.Labels, width));
            wave = root.Let("labelled", (wave, classes) | root.Layer("AddLabel", "MpSum", null, ("t", LabelBalance)));
        }

        return root.Let("embedding", wave | root.Layer("EmbAct", "MpSiLU", null));
    }

    private static int Embedding(UNetPlan plan) => plan.Levels.Max(level => level.Channels);

    private static Wire Apply(UNetPlan plan, UNetStep step, Wire embedding, int width)
    {
        var attends = plan.Heads(step) > 0;
        if (plan.Layer.Inner is { } given)
            return plan.Place(given, step, embedding, width, () => plan.Root.Sample(step.Resample), attends ? name => DeclareAttention(plan, name) : null, step.To);

        var words = (step.IsEncoder ? "Encoder" : "Decoder") + step.Resample switch { Resample.Down => "Down", Resample.Up => "Up", _ => step.From == step.To ? "" : "Skip" } + (attends ? "Attention" : "");
        var block = plan.Block(plan.NameOf(words, step.Level.Dropout), name => DeclareBlock(plan, name, step, attends));
        return (step.Input, embedding) | (step.From == step.To
            ? plan.Root.Block(step.Layer, step.Place, block, step.From, width)
            : plan.Root.Block(step.Layer, step.Place, block, step.From, step.To, width));
    }

    private static CheckedNetwork DeclareBlock(UNetPlan plan, RecordName record, UNetStep step, bool attends)
    {
        var net = new PlanBuilder(record, $"A residual block of the {(step.IsEncoder ? "encoder" : "decoder")} (EDM2's Block).", plan.Layer.Site, [.. step.From == step.To ? new[] { "Channels" } : ["In", "Out"], "Embedding"]);
        var (from, to) = step.From == step.To ? (Dim.Of("Channels"), Dim.Of("Channels")) : (Dim.Of("In"), Dim.Of("Out"));
        var x = net.Input("x", Dim.Of("B"), from, Dim.Of("H"), Dim.Of("W"));
        var embedding = net.Input("embedding", Dim.Of("B"), Dim.Of("Embedding"));

        var main = x;
        if (step.Resample != Resample.None)
            main = net.Let("sampled", main | net.Sample(step.Resample));
        if (step.IsEncoder)
        {
            if (step.From != step.To)
                main |= Convolution(net, "conv_skip", from, to, 1);
            main = net.Let("normed", main | net.Layer("Normalize", "PixelNorm", null));
        }

        var turned = net.Let("turned", main | net.Layer("Act0", "MpSiLU", null) | Convolution(net, "conv_res0", step.IsEncoder ? to : from, to, 3));
        var factor = net.Let("factor", (embedding | Linear(net, "emb_linear", Dim.Of("Embedding"), to) | net.Layer("EmbGain", "LearnedGain", "emb_")) + 1);
        var again = net.Let("scaled", turned * factor) | net.Layer("Act1", "MpSiLU", null);
        if (step.Level.Dropout > 0)
            again |= net.Layer("Dropout", "Dropout", null, ("probability", step.Level.Dropout));
        again = net.Let("residual", again | Convolution(net, "conv_res1", to, to, 3));
        if (!step.IsEncoder && step.From != step.To)
            main = net.Let("skip", main | Convolution(net, "conv_skip", from, to, 1));
        var sum = net.Let("sum", (main, again) | net.Layer("Add", "MpSum", null, ("t", ResidualBalance)));
        if (attends)
            sum = Attend(plan, net, sum, to);
        return net.Check(net.Let("result", sum | net.Layer("Clamp", "Clamp", null, ("bound", Clip))), Dim.Of("B"), to, step.Side("H"), step.Side("W"));
    }

    private static CheckedNetwork DeclareAttention(UNetPlan plan, RecordName record)
    {
        var net = new PlanBuilder(record, "Self-attention with a skip.", plan.Layer.Site, "Channels");
        var x = net.Input("x", Dim.Of("B"), Dim.Of("Channels"), Dim.Of("H"), Dim.Of("W"));
        return net.Check(Attend(plan, net, x, Dim.Of("Channels")), Dim.Of("B"), Dim.Of("Channels"), Dim.Of("H"), Dim.Of("W"));
    }

    private static Wire Attend(UNetPlan plan, PlanBuilder net, Wire x, Dim channels)
    {
        var mixed = net.Let("mixed", x | net.Layer("Attention", "MpAttention", "attn_", ("channels", channels), ("heads", channels.Floor(plan.ChannelsPerHead))));
        return net.Let("attended", (x, mixed) | net.Layer("AddAttention", "MpSum", null, ("t", AttentionBalance)));
    }

    private static LayerName Linear(PlanBuilder net, string place, Dim from, Dim to) =>
        net.Layer(UNetLevel.LayerOf(place), "MpLinear", place, ("input", from), ("output", to));

    private static LayerName Convolution(PlanBuilder net, string place, Dim from, Dim to, int kernel) =>
        net.Layer(UNetLevel.LayerOf(place), "MpConv2d", place, ("input", from), ("output", to), ("kernel", kernel));
}
