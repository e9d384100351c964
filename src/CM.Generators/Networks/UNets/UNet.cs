using System.Globalization;
using CM.Generators.Diagnostics;
using CM.Generators.Incremental;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.UNets;

/// <summary>
/// A layer that stands for a whole U-Net: a network of blocks, which the checker and the writer treat as if the user had declared it.
/// </summary>
internal abstract class UNet : LayerKind
{
    // The reader asks for a U-Net's contract, the writer for its code, an analyzer for both, at every keystroke in its network.
    private static readonly LastFew<(LayerPlan Layer, RecordName Owner), Expansion?> Expansions = new(32);

    /// <summary>Common name.</summary>
    protected abstract string Title { get; }

    /// <summary>Multipliers of the levels where none are given.</summary>
    protected abstract long[] DefaultMultipliers { get; }

    /// <summary>Blocks of a level where none are given.</summary>
    protected abstract long DefaultBlocks { get; }

    /// <summary>Resolutions that attend where none are given.</summary>
    protected abstract long[] DefaultAttention { get; }

    /// <summary>Declares the network and the kinds of block it is made of.</summary>
    protected abstract Expansion Expand(UNetPlan plan);

    /// <inheritdoc/>
    public override Expansion? Expand(LayerPlan layer, RecordName owner) => Expansions.Find((layer with { Block = null }, owner), made =>
    {
        var findings = new List<Finding>();
        Validate(made.Layer, new(made.Layer, made.Layer.Site, [], findings, []));
        return findings.Count > 0 ? null : Expand(new UNetPlan(this, made.Layer, made.Owner));
    });

    public override bool IsNetwork => true;

    // Also while a remedy tries other numbers.
    public override BlockContract Contract(LayerPlan layer) =>
        (layer.Block ?? new(layer.Name, [], [], [], 0, 0, 0, [], layer.Site)) with { Inputs = Takes(layer), Outputs = Gives(layer) };

    /// <summary>Inputs: images, levels and, with classes, labels.</summary>
    private static EquatableArray<Shape> Takes(LayerPlan layer)
    {
        Shape[] inputs = [Images(layer, "channels"), Shape.Of([Dim.Of("B")])];
        return layer.Whole("labelDim", 0) > 0 ? [.. inputs, Shape.Of([Dim.Of("B"), layer.Size("labelDim")])] : [.. inputs];
    }

    /// <summary>Outputs.</summary>
    private static EquatableArray<Shape> Gives(LayerPlan layer) => [Images(layer, layer.Has("outChannels") ? "outChannels" : "channels")];

    public override bool DrawsMasks(LayerPlan layer) => layer.Numbers("dropout").Any(level => level > 0);

    public override string Describe(LayerPlan layer)
    {
        var side = layer.Size("resolution");
        var text = $"{Title} {side}×{side}, {layer.Size("channels")}→{Gives(layer)[0][1].Size}, {layer.Size("modelChannels")}·({string.Join(", ", ChannelMult(layer))}), {string.Join(", ", NumBlocks(layer).Distinct())} blocks a level";
        return layer.Inner is { } block ? $"{text} of {block.Name}" : text;
    }

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        foreach (var size in new[] { "resolution", "channels", "modelChannels", "outChannels", "embeddingMultiplier", "channelsPerHead" })
            check.AtLeast(size, 1, layer.Size(size));
        check.Range("labelDim", layer.Whole("labelDim", 0) >= 0, "0 or more");
        check.Range("channelMult", ChannelMult(layer).All(each => each > 0), "1 or more each");
        check.Range("numBlocks", layer.Sizes("numBlocks").All(each => each.Value > 0) && PerLevel(layer, layer.Sizes("numBlocks").Count), "1 or more: one number, or one for each multiplier");
        check.Range("dropout", layer.Numbers("dropout").All(each => each is >= 0 and < 1) && PerLevel(layer, layer.Numbers("dropout").Count), "from 0 up to, but not including, 1: one number, or one for each multiplier");
        var smallest = 1L << (ChannelMult(layer).Length - 1);
        check.Range("resolution", layer.Whole("resolution") % smallest == 0, $"a multiple of {smallest}, for each of the {ChannelMult(layer).Length} multipliers but the first halves it");
    }

    /// <summary>Four channels a group or more, and at most 32 groups.</summary>
    protected static int Groups(int channels) => Math.Min(32, channels / 4);

    /// <summary>Checks what group norms and an embedding of pairs need.</summary>
    protected void ValidateNorms(LayerPlan layer, LayerCheck check, int noiseMultiplier = 1)
    {
        var width = (int)layer.Whole("modelChannels");
        check.Range("modelChannels", ChannelMult(layer).All(multiplier => width * multiplier >= 4), "4 or more channels at every level");
        check.Range("modelChannels", width * noiseMultiplier % 2 == 0, "even, for sines and cosines");
        foreach (var channels in ChannelMult(layer).Select(multiplier => width * (int)multiplier).Where(channels => channels >= 4 && channels % Groups(channels) != 0).Take(1))
            check.Range("modelChannels", false, $"a number whose channels can be split into groups; {Groups(channels)} groups do not divide {channels} channels");
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => throw new NotSupportedException("A U-Net is entered by its contract.");

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => throw new NotSupportedException("A U-Net is called as a module.");

    public long[] ChannelMult(LayerPlan layer) => layer.Sizes("channelMult").Count > 0 ? [.. layer.Sizes("channelMult").Select(each => each.Value ?? 0)] : DefaultMultipliers;

    public long[] NumBlocks(LayerPlan layer) => Spread(layer, [.. layer.Sizes("numBlocks").Select(each => each.Value ?? 0)], DefaultBlocks);

    public double[] Dropout(LayerPlan layer) => Spread(layer, [.. layer.Numbers("dropout")], 0);

    public long[] AttnResolutions(LayerPlan layer) => layer.Has("attnResolutions") ? [.. layer.Sizes("attnResolutions").Select(each => each.Value ?? 0)] : DefaultAttention;

    private T[] Spread<T>(LayerPlan layer, T[] given, T missing)
    {
        var levels = ChannelMult(layer).Length;
        return given.Length == levels ? given : [.. Enumerable.Repeat(given.Length > 0 ? given[0] : missing, levels)];
    }

    private bool PerLevel(LayerPlan layer, int count) => count <= 1 || count == ChannelMult(layer).Length;

    private static Shape Images(LayerPlan layer, string channels) => Shape.Of([Dim.Of("B"), layer.Size(channels), layer.Size("resolution"), layer.Size("resolution")]);
}

/// <summary>A U-Net's numbers, level by level, and its blocks as they come up.</summary>
internal sealed class UNetPlan
{
    private readonly RecordName root;
    private readonly Dictionary<string, (CheckedNetwork Network, BlockContract Contract)> blocks = [];

    public UNetPlan(UNet kind, LayerPlan layer, RecordName owner)
    {
        Layer = layer;
        var resolution = (int)layer.Whole("resolution");
        var (multipliers, counts, dropout, attention) = (kind.ChannelMult(layer), kind.NumBlocks(layer), kind.Dropout(layer), kind.AttnResolutions(layer));
        Levels = [.. multipliers.Select((multiplier, level) => new UNetLevel(resolution >> level, Width * (int)multiplier, (int)counts[level], dropout[level], attention.Contains(resolution >> level)))];
        root = Inside(owner, layer.Name + "Net");
        Root = new(root, $"{kind.Describe(layer)}.", layer.Site);
    }

    public LayerPlan Layer { get; }

    public UNetLevel[] Levels { get; }

    public PlanBuilder Root { get; }

    public int Channels => (int)Layer.Whole("channels");

    public int OutChannels => (int)Layer.Whole("outChannels", Channels);

    public int Width => (int)Layer.Whole("modelChannels");

    public int Labels => (int)Layer.Whole("labelDim", 0);

    /// <summary>Size of the embedding of EDM's networks.</summary>
    public int EmbeddingWidth => Width * (int)Layer.Whole("embeddingMultiplier", 4);

    /// <summary>Images that come in.</summary>
    public Dim[] Image(int channels) => [Dim.Of("B"), channels, Levels[0].Resolution, Levels[0].Resolution];

    /// <summary>The block of a name, declared where it comes up first.</summary>
    /// <param name="name">Name among the U-Net's blocks.</param>
    /// <param name="declare">Declares it for its full name.</param>
    public BlockContract Block(string name, Func<RecordName, CheckedNetwork> declare)
    {
        if (!blocks.TryGetValue(name, out var block))
        {
            var network = declare(Inside(root, name));
            blocks.Add(name, block = (network, network.Contract(Layer.Site)));
        }

        return block.Contract;
    }

    /// <summary>
    /// The user's own block in the place of the U-Net's, with what the U-Net keeps to itself: resampling before and attention after it.
    /// </summary>
    /// <param name="given">The user's block.</param>
    /// <param name="step">Step of the U-Net at which the block stands.</param>
    /// <param name="embedding">Its second input.</param>
    /// <param name="width">Size of the embedding.</param>
    /// <param name="sample">Changes the size, where the step does.</param>
    /// <param name="attention">Declares self-attention with a skip; null where the step has none.</param>
    /// <param name="arguments">Values of the attention's parameters.</param>
    public Wire Place(BlockContract given, UNetStep step, Wire embedding, int width, Func<LayerName> sample, Func<RecordName, CheckedNetwork>? attention, params Dim[] arguments)
    {
        var sampled = step.Resample == Resample.None ? step.Input : step.Input | sample();
        var made = (sampled, embedding) | Root.Block(step.Layer, step.Place, given, step.From, step.To, width);
        return attention is null ? made : made | Root.Block(step.Layer + "Attention", step.Place + "_attention", Block("Attention", attention), arguments);
    }

    /// <summary>Channels of a head.</summary>
    public int ChannelsPerHead => (int)Layer.Whole("channelsPerHead", 64);

    /// <summary>Heads of a step's attention; 0 where it does not attend.</summary>
    public int Heads(UNetStep step) => step.Attends ? step.To / ChannelsPerHead : 0;

    /// <summary>
    /// Goes down the encoder and up the decoder, as all three U-Nets do: a convolution, then at every level but the first a block that
    /// shrinks, then the level's blocks; back from the coarsest level with two blocks in between, each block joined by what its opposite
    /// left.
    /// </summary>
    /// <param name="start">Result of the first convolution.</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="apply">A block.</param>
    /// <param name="join">Joins the decoder's value with the encoder's skip, under a name.</param>
    /// <param name="everyBlockAttends">Whether every block of a decoder's level attends, or its last one alone.</param>
    /// <param name="shrunk">Change of the value after a level's downsampling block.</param>
    /// <returns>Result of the decoder, and its channels.</returns>
    public (Wire Last, int Channels) Follow(
        Wire start, int channels, Func<UNetStep, Wire> apply, Func<Wire, Wire, string, Wire> join, bool everyBlockAttends = true, Func<Wire, UNetLevel, int, Wire>? shrunk = null)
    {
        var skips = new Stack<(Wire Value, int Channels)>();
        var current = start;
        for (var i = 0; i < Levels.Length; i++)
        {
            var level = Levels[i];
            Root.Section = "Encode" + level.Name;
            if (i == 0)
                current = Root.Let(UNetLevel.ValueOf($"enc.{level.Name}_conv"), start);
            else
                Step($"enc.{level.Name}_down", level, channels, Resample.Down, false);
            if (i > 0 && shrunk is not null)
                current = shrunk(current, level, channels);
            skips.Push((current, channels));
            for (var block = 0; block < level.Blocks; block++)
            {
                Step($"enc.{level.Name}_block{block}", level, level.Channels, Resample.None, level.Attends);
                skips.Push((current, channels));
            }
        }

        for (var i = Levels.Length - 1; i >= 0; i--)
        {
            var level = Levels[i];
            Root.Section = "Decode" + level.Name;
            if (i == Levels.Length - 1)
            {
                Step($"dec.{level.Name}_in0", level, channels, Resample.None, true);
                Step($"dec.{level.Name}_in1", level, channels, Resample.None, false);
            }
            else
            {
                Step($"dec.{level.Name}_up", level, channels, Resample.Up, false);
            }

            for (var block = 0; block <= level.Blocks; block++)
            {
                var (skip, more) = skips.Pop();
                var place = $"dec.{level.Name}_block{block}";
                current = join(current, skip, UNetLevel.ValueOf(place) + "Input");
                channels += more;
                Step(place, level, level.Channels, Resample.None, level.Attends && (everyBlockAttends || block == level.Blocks));
            }
        }

        return (current, channels);

        void Step(string place, UNetLevel level, int to, Resample resample, bool attends)
        {
            current = Root.Let(UNetLevel.ValueOf(place), apply(new(place, current, channels, to, level, resample, attends)));
            channels = to;
        }
    }

    public Expansion Done(Wire result) => new(Root.Check(result, Image(OutChannels)), blocks.Values.Select(block => block.Network).ToEquatable());

    /// <summary>Joins the words of a block's name and of how its dropout differs from the first level's.</summary>
    public string NameOf(string words, double dropout) =>
        words + "Block" + (dropout == Levels[0].Dropout ? "" : "Dropout" + (100 * dropout).ToString("0.##", CultureInfo.InvariantCulture).Replace('.', '_'));

    private static RecordName Inside(RecordName outer, string name) =>
        new(outer.Namespace, outer.Outer, name, $"{outer.FullName}.{name}");
}

/// <summary>A block where it is used.</summary>
/// <param name="Place">Its name in the reference: <c>enc.16x16_block1</c>.</param>
/// <param name="Input">Input.</param>
/// <param name="From">Channels that come in.</param>
/// <param name="To">Channels that go out.</param>
/// <param name="Level">The level.</param>
/// <param name="Resample">Whether it changes the size.</param>
/// <param name="Attends">Whether its place has attention.</param>
internal sealed record UNetStep(string Place, Wire Input, int From, int To, UNetLevel Level, Resample Resample, bool Attends)
{
    public bool IsEncoder => Place.StartsWith("enc", StringComparison.Ordinal);

    public string Layer => UNetLevel.LayerOf(Place);

    /// <summary>A side of the image that goes out.</summary>
    public Dim Side(string side) => Resample switch { Resample.Down => Dim.Of(side).Floor(2), Resample.Up => Dim.Of(side) * 2, _ => Dim.Of(side) };
}

internal enum Resample
{
    None,
    Down,
    Up,
}

/// <summary>One level of a U-Net.</summary>
/// <param name="Resolution">Height and width.</param>
/// <param name="Channels">Channels of its blocks.</param>
/// <param name="Blocks">Blocks of its encoder.</param>
/// <param name="Dropout">Probability.</param>
/// <param name="Attends">Whether its blocks attend.</param>
internal sealed record UNetLevel(int Resolution, int Channels, int Blocks, double Dropout, bool Attends)
{
    /// <summary><c>16x16</c></summary>
    public string Name => $"{Resolution}x{Resolution}";

    /// <summary>The name of the layer of a place: <c>Enc16x16Block1</c> for <c>enc.16x16_block1</c>.</summary>
    public static string LayerOf(string place) => string.Concat(place.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    /// <summary>The name of the value of a place: <c>enc16x16Block1</c>.</summary>
    public static string ValueOf(string place) => char.ToLowerInvariant(place[0]) + LayerOf(place).Substring(1);
}
