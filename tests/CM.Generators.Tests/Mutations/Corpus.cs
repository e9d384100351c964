namespace CM.Generators.Tests.Mutations;

/// <summary>A valid declaration that is edited: the records of one network and its blocks, without using and namespace.</summary>
internal sealed record Declared(string Name, string Text)
{
    public override string ToString() => Name;
}

/// <summary>The networks that are edited. A new layer joins by a network here and a case in <see cref="Interpreter"/>.</summary>
internal static class Corpus
{
    public static IReadOnlyList<Declared> All { get; } = [.. Samples(), .. Networks(), .. OtherShapes.Networks()];

    private static IEnumerable<Declared> Samples() =>
        Directory.GetFiles(Path.Combine(Repository.Root, "samples"), "Networks.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("Gallery")).Order(StringComparer.Ordinal) // published sizes take too long for hundreds of edits
            .Select(path => new Declared("samples/" + Path.GetFileName(Path.GetDirectoryName(path)), string.Join('\n',
                File.ReadAllLines(path).Where(line => !line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal))).Trim()));

    private static IEnumerable<Declared> Networks() =>
    [
        new("Mlp", """
            [Network]
            public sealed partial record Mlp : IDenoiser
            {
                [Linear(16, 24)] public partial Layer Level { get; }
                [Linear(3, 24)] public partial Layer In { get; }
                [LayerNorm(24)] public partial Layer Norm1 { get; }
                [Linear(24, 24), Repeat(2)] public partial Layer Conv1 { get; }
                [Dropout(0.1)] public partial Layer Drop { get; }
                [Linear(24, 3, Bias = false)] public partial Layer Out { get; }

                [return: Shape("B", 3)]
                private Value Forward([Shape("B", 3)] Value x, [Shape("B")] Value level)
                {
                    var time = level | PositionalEmbedding(16) | Level;
                    var first = (x | In) + time;
                    var second = first | Norm1 | GELU | Conv1;
                    return first + (second | Drop) | Out;
                }
            }
            """),
        new("Straight", """
            [Network, Shape("B", 6)]
            public sealed partial record Straight
            {
                [Linear(6, 20)] public partial Layer In { get; }
                [LayerNorm(20)] public partial Layer Norm1 { get; }
                [Linear(20, 20), Repeat(3)] public partial Layer Body { get; }
                [Linear(20, 4)] public partial Layer Out { get; }
            }
            """),
        new("StraightImage", """
            [Network, Shape("B", 3, 16, 16)]
            public sealed partial record StraightImage
            {
                [Conv2d(3, 8, 3)] public partial Layer Stem { get; }
                [GroupNorm(4, 8)] public partial Layer Norm1 { get; }
                [Conv2d(8, 12, 4, Stride = 2, Padding = 1)] public partial Layer Down1 { get; }
                [Dropout(0.1)] public partial Layer Drop { get; }
                [Conv2d(12, 10, 1)] public partial Layer Out { get; }
            }
            """),
        new("StraightBlock", """
            [Network]
            public sealed partial record StraightBlock
            {
                [Block<Widen>(5, 9)] public partial Layer Up { get; }
                [Block<Widen>(9, 7)] public partial Layer Down { get; }

                [return: Shape("B", 7)]
                private Value Forward([Shape("B", 5)] Value x) =>
                    x | Up | Down;
            }

            [Network, Shape("B", nameof(In))]
            public sealed partial record Widen(int In, int Out)
            {
                [Linear(nameof(In), "2*Out")] public partial Layer Conv1 { get; }
                [RmsNorm("2*Out")] public partial Layer Norm1 { get; }
                [Linear("2*Out", nameof(Out))] public partial Layer Conv2 { get; }
            }
            """),
        new("Nested", """
            [Network]
            public sealed partial record Nested : IDenoiser
            {
                private const int C = 16;

                [FourierEmbedding(12, Scale = 1)] public partial Layer TimeEmbedding { get; }
                [Linear(12, 20)] public partial Layer Level { get; }
                [Conv2d(1, C, 3)] public partial Layer Stem { get; }
                [Block<Stage>(C, 20)] public partial Layer Fine { get; }
                [Conv2d(C, 2 * C, 3, Stride = 2)] public partial Layer Down1 { get; }
                [Block<Stage>(2 * C, 20), Repeat(2)] public partial Layer Coarse { get; }
                [Conv2d(3 * C, 1, 1)] public partial Layer Head { get; }

                [return: Shape("B", 1, 8, 8)]
                private Value Forward([Shape("B", 1, 8, 8)] Value x, [Shape("B")] Value level)
                {
                    var time = level | TimeEmbedding | Level;
                    var fine = (x | Stem, time) | Fine;
                    var coarse = (fine | Down1, time) | Coarse;
                    return Value.Cat(fine, coarse | Upsample(2)) | Head;
                }
            }

            [Network]
            public sealed partial record Stage(int Width, int Time)
            {
                [Block<Bent>(nameof(Width)), Repeat(2)] public partial Layer Body { get; }
                [Linear(nameof(Time), nameof(Width))] public partial Layer Level { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x, [Shape("B", nameof(Time))] Value time) =>
                    (x | Body) + (time | Level);
            }

            [Network]
            public sealed partial record Bent(int Channels)
            {
                [GroupNorm(8, nameof(Channels))] public partial Layer Norm1 { get; }
                [Conv2d(nameof(Channels), nameof(Channels), 3)] public partial Layer Conv1 { get; }

                [return: Shape("B", nameof(Channels), "H", "W")]
                private Value Forward([Shape("B", nameof(Channels), "H", "W")] Value x) =>
                    x + (x | Norm1 | SiLU | Conv1);
            }
            """),
        new("Parameters", """
            [Network]
            public sealed partial record Parameters
            {
                [Block<Bottleneck>(6, 10, 4)] public partial Layer First { get; }
                [Block<Bottleneck>(4, 12, 6)] public partial Layer Second { get; }

                [return: Shape("B", 6)]
                private Value Forward([Shape("B", 6)] Value x) =>
                    x + (x | First | Second);
            }

            [Network]
            public sealed partial record Bottleneck(int In, int Hidden, int Out)
            {
                [Linear(nameof(In), "2*Hidden+1")] public partial Layer Open { get; }
                [Linear("2*Hidden+1", nameof(Out))] public partial Layer Close { get; }
                [Linear(nameof(In), nameof(Out), Bias = false)] public partial Layer Short { get; }

                [return: Shape("B", nameof(Out))]
                private Value Forward([Shape("B", nameof(In))] Value x)
                {
                    var opened = x | Open | GELU;
                    return (opened | Close) + (x | Short);
                }
            }
            """),
        new("Encoder", """
            [Network]
            public sealed partial record Autoencoder
            {
                [Block<Encoder>(3, 8)] public partial Layer Encode { get; }
                [Conv2d(8, 16, 3)] public partial Layer Widen { get; }
                [Conv2d(16, 3, 3)] public partial Layer Head { get; }

                [return: Shape("B", 3, 16, 16)]
                private Value Forward([Shape("B", 3, 16, 16)] Value x, [Shape("B", 8, 4, 4)] Value noise)
                {
                    var (mean, deviation) = x | Encode;
                    var drawn = mean + deviation * noise;
                    return drawn | Widen | Upsample(4) | Head;
                }
            }

            [Network]
            public sealed partial record Encoder(int Channels, int Latent)
            {
                [Conv2d(nameof(Channels), 16, 3, Stride = 2)] public partial Layer Stem { get; }
                [Conv2d(16, 24, 3, Stride = 2)] public partial Layer Down1 { get; }
                [Conv2d(24, nameof(Latent), 1)] public partial Layer Mean { get; }
                [Conv2d(24, nameof(Latent), 1)] public partial Layer Deviation { get; }

                [return: Shape("B", nameof(Latent), 4, 4), Shape("B", nameof(Latent), 4, 4)]
                private Value Forward([Shape("B", nameof(Channels), 16, 16)] Value x)
                {
                    var seen = x | Stem | SiLU | Down1 | SiLU;
                    return (seen | Mean, seen | Deviation | Softplus);
                }
            }
            """),
        new("Outputs", """
            [Network]
            public sealed partial record Outputs
            {
                [Linear(4, 6)] public partial Layer Mean { get; }
                [Linear(4, 8)] public partial Layer Deviation { get; }
                [Linear(4, 10)] public partial Layer Class { get; }

                [return: Shape("B", 6), Shape("B", 8), Shape("B", 10)]
                private Value Forward([Shape("B", 4)] Value x)
                {
                    var mean = x | Mean;
                    var deviation = x | Deviation;
                    return (mean, deviation, x | Class);
                }
            }
            """),
        new("UNet", """
            [Network]
            public sealed partial record UNet : IDenoiser
            {
                private const int C = 8, T = 12;

                [Conv2d(3, C, 3)] public partial Layer Stem { get; }
                [Block<ResBlock>(C, C, T)] public partial Layer Down { get; }
                [Conv2d(C, 2 * C, 3, Stride = 2, Padding = 1)] public partial Layer Down1 { get; }
                [Block<ResBlock>(2 * C, 2 * C, T)] public partial Layer Middle { get; }
                [Conv2d(2 * C, 4 * C, 4, Stride = 2, Padding = 1)] public partial Layer Down2 { get; }
                [Block<ResBlock>(4 * C, 4 * C, T)] public partial Layer Deep { get; }
                [Block<ResBlock>(6 * C, 2 * C, T)] public partial Layer UpMiddle { get; }
                [Block<ResBlock>(3 * C, C, T)] public partial Layer Up { get; }
                [Conv2d(C, 3, 1)] public partial Layer Head { get; }

                [return: Shape("B", 3, 16, 16)]
                private Value Forward([Shape("B", 3, 16, 16)] Value x, [Shape("B")] Value t)
                {
                    var time = t | PositionalEmbedding(T, sineFirst: true);
                    var fine = (x | Stem, time) | Down;
                    var middle = (fine | Down1, time) | Middle;
                    var deep = (middle | Down2, time) | Deep | Upsample(2);
                    var up = (Value.Cat(deep, middle), time) | UpMiddle | Upsample(2);
                    return (Value.Cat(up, fine), time) | Up | Head;
                }
            }

            [Network]
            public sealed partial record ResBlock(int In, int Out, int Time)
            {
                [GroupNorm(4, nameof(In))] public partial Layer Norm1 { get; }
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Layer Conv1 { get; }
                [Linear(nameof(Time), nameof(Out))] public partial Layer Clock { get; }
                [Conv2d(nameof(In), nameof(Out), 1)] public partial Layer Short { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(Time))] Value t) =>
                    (x | Norm1 | SiLU | Conv1) + (t | Clock) + (x | Short);
            }
            """),
        new("SymbolicUNet", """
            [Network]
            public sealed partial record SymbolicUNet
            {
                [Conv2d(3, 6, 3)] public partial Layer Stem { get; }
                [Conv2d(6, 8, 3, Stride = 2)] public partial Layer Down1 { get; }
                [Conv2d(8, 10, 3)] public partial Layer Deep { get; }
                [Conv2d(18, 8, 3)] public partial Layer Middle { get; }
                [Conv2d(14, 3, 3)] public partial Layer Head { get; }

                [return: Shape("B", 3, "H", "W")]
                private Value Forward([Shape("B", 3, "H", "W")] Value x)
                {
                    var fine = x | Stem;
                    var coarse = fine | Down1;
                    var deep = coarse | AveragePool(2) | Deep | Upsample(2);
                    var up = Value.Cat(deep, coarse) | Middle | Upsample(2);
                    return Value.Cat(up, fine) | Head;
                }
            }
            """),
        new("SymbolicExact", """
            [Network]
            public sealed partial record SymbolicExact
            {
                [Block<Half>(4)] public partial Layer Down { get; }
                [Conv2d(8, 4, 3)] public partial Layer Back { get; }

                [return: Shape("B", 4, "2*H", "2*W"), Shape("B", 8, "H", "W")]
                private Value Forward([Shape("B", 4, "2*H", "2*W")] Value x)
                {
                    var small = x | Down;
                    var back = small | Upsample(2) | Back;
                    return (x * (back | Sigmoid), small);
                }
            }

            [Network]
            public sealed partial record Half(int Width)
            {
                [Conv2d(nameof(Width), "2*Width", 3, Stride = 2)] public partial Layer Down1 { get; }
                [Conv2d(nameof(Width), "2*Width", 1)] public partial Layer Short { get; }

                [return: Shape("B", "2*Width", "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "2*H", "2*W")] Value x) =>
                    (x | Down1) + (x | AveragePool(2) | Short);
            }
            """),
        new("FullyConvolutional", """
            [Network]
            public sealed partial record FullyConvolutional
            {
                [Conv2d(2, 12, 5)] public partial Layer Stem { get; }
                [Conv2d(12, 12, 3, Dilation = 2)] public partial Layer Far { get; }
                [Conv2d(12, 12, 3, Groups = 4)] public partial Layer Split { get; }
                [GroupNorm(3, 12)] public partial Layer Norm1 { get; }
                [Conv2d(12, 2, 1)] public partial Layer Head { get; }

                [return: Shape("B", 2, "H", "W")]
                private Value Forward([Shape("B", 2, "H", "W")] Value x, [Shape("B", 1, "H", "W")] Value mask)
                {
                    var seen = x | Stem | Far | Split;
                    var calm = seen + (seen | Norm1);
                    return mask * (calm | Head);
                }
            }
            """),
        new("Broadcasting", """
            [Network]
            public sealed partial record Broadcasting
            {
                [Linear(5, 6)] public partial Layer Shift { get; }
                [Linear(5, 6)] public partial Layer Gain { get; }
                [Conv2d(3, 6, 1)] public partial Layer Stem { get; }
                [Conv2d(6, 3, 1)] public partial Layer Head { get; }

                [return: Shape("B", 3, 7, 9)]
                private Value Forward([Shape("B", 3, 7, 9)] Value x, [Shape("B", 5)] Value style, [Shape("B", 1, 7, 9)] Value mask)
                {
                    var gain = 1 + (style | Gain);
                    var turned = (x | Stem) * gain + (style | Shift);
                    var faded = turned * gain - 0.5 * gain;
                    return x - mask * (-faded | Head);
                }
            }
            """),
        new("FlatImage", """
            [Network]
            public sealed partial record FlatImage
            {
                [Conv2d(2, 4, 3, Stride = 2)] public partial Layer Down1 { get; }
                [Linear(64, 10)] public partial Layer Code { get; }
                [Linear(10, 64)] public partial Layer Decode { get; }
                [Conv2d(4, 2, 3)] public partial Layer Head { get; }

                [return: Shape("B", 2, 8, 8), Shape("B", 10)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x)
                {
                    var code = x | Down1 | Flatten | Code;
                    var image = code | Decode | Unflatten(4, 4, 4) | Upsample(2) | Head;
                    return (image, code);
                }
            }
            """),
        new("Embeddings", """
            [Network]
            public sealed partial record TwoTimes
            {
                [FourierEmbedding(10)] public partial Layer TimeEmbedding { get; }
                [Linear(30, 16)] public partial Layer Mix { get; }
                [Linear(16, 6)] public partial Layer Out { get; }

                [return: Shape("B", 6)]
                private Value Forward([Shape("B", 6)] Value x, [Shape("B")] Value t, [Shape("B")] Value r)
                {
                    var late = t | TimeEmbedding;
                    var early = r | PositionalEmbedding(14, endpoint: true);
                    var both = Value.Cat(x, late, early);
                    return x - t * (both | Mix | SiLU | Out);
                }
            }
            """),
        new("Convolutions", """
            [Network]
            public sealed partial record Convolutions
            {
                [Conv2d(4, 8, 3, Groups = 2)] public partial Layer Split { get; }
                [Conv2d(8, 8, 5, Groups = 8)] public partial Layer Each { get; }
                [Conv2d(8, 12, 3, Stride = 2, Dilation = 2, Padding = 2)] public partial Layer Far { get; }
                [Conv2d(12, 6, 2, Stride = 2, Padding = 0)] public partial Layer Patch { get; }
                [Conv2d(6, 6, 3, Padding = 0, Bias = false)] public partial Layer Valid { get; }

                [return: Shape("B", 6, 2, 1)]
                private Value Forward([Shape("B", 4, 16, 12)] Value x) =>
                    x | Split | Tanh | Each | Far | Tanh | Patch | Valid;
            }
            """),
        new("Pyramid", """
            [Network]
            public sealed partial record Pyramid
            {
                [Conv2d(3, 5, 3)] public partial Layer Stem { get; }
                [Conv2d(10, 7, 1)] public partial Layer Mix { get; }
                [Conv2d(12, 3, 1)] public partial Layer Head { get; }

                [return: Shape("B", 3, 12, 20)]
                private Value Forward([Shape("B", 3, 12, 20)] Value x)
                {
                    var full = x | Stem;
                    var half = full | AveragePool(2);
                    var quarter = full | Downsample(4) | Upsample(2);
                    var joined = Value.Cat(half, quarter) | Mix | Upsample(2);
                    return Value.Cat(joined, full) | Head;
                }
            }
            """),
        new("Tokens", """
            [Network]
            public sealed partial record Tokens
            {
                [Linear(6, 16)] public partial Layer In { get; }
                [Block<Mixer>(16, 4), Repeat(2)] public partial Layer Body { get; }
                [Linear(5, 16)] public partial Layer Class { get; }
                [LayerNorm(16)] public partial Layer Norm1 { get; }
                [Linear(16, 6)] public partial Layer Out { get; }

                [return: Shape("B", "N", 6)]
                private Value Forward([Shape("B", "N", 6)] Value x, [Shape("B", 1, 5)] Value style)
                {
                    var seen = (x | In) + (style | Class);
                    return seen | Body | Norm1 | Out;
                }
            }

            [Network]
            public sealed partial record Mixer(int Width, int Factor)
            {
                [LayerNorm(nameof(Width))] public partial Layer Norm1 { get; }
                [Linear(nameof(Width), "Factor*Width")] public partial Layer Open { get; }
                [Linear("Factor*Width", nameof(Width))] public partial Layer Close { get; }

                [return: Shape("B", "N", nameof(Width))]
                private Value Forward([Shape("B", "N", nameof(Width))] Value x) =>
                    x + (x | Norm1 | Open | GELU | Close);
            }
            """),
        new("Shared", """
            [Network]
            public sealed partial record Shared
            {
                [Linear(7, 12)] public partial Layer See { get; }
                [GroupNorm(3, 12)] public partial Layer Norm1 { get; }
                [Linear(12, 12)] public partial Layer Conv1 { get; }
                [Linear(24, 2)] public partial Layer Out { get; }

                [return: Shape("B", 2)]
                private Value Forward([Shape("B", 7)] Value left, [Shape("B", 7)] Value right)
                {
                    var one = left | See | ReLU | Conv1 | Norm1;
                    var other = right | See | ReLU | Conv1 | Norm1;
                    return Value.Cat(one - other, one * other) | Out;
                }
            }
            """),
        new("Tuples", """
            [Network]
            public sealed partial record Tuples
            {
                [Block<Cross>(6, 10)] public partial Layer First { get; }
                [Block<Cross>(10, 6)] public partial Layer Second { get; }
                [Block<Blend>(6, 10, 4)] public partial Layer Third { get; }

                [return: Shape("B", 6), Shape("B", 10)]
                private Value Forward([Shape("B", 6)] Value x, [Shape("B", 10)] Value y, [Shape("B", 4)] Value z)
                {
                    var (a, b) = (x, y) | First | Second;
                    var c = (a, b, z) | Third;
                    return (c + x, b);
                }
            }

            [Network]
            public sealed partial record Cross(int Left, int Right)
            {
                [Linear(nameof(Left), nameof(Right))] public partial Layer Over { get; }
                [Linear(nameof(Right), nameof(Left))] public partial Layer Back { get; }

                [return: Shape("B", nameof(Right)), Shape("B", nameof(Left))]
                private Value Forward([Shape("B", nameof(Left))] Value x, [Shape("B", nameof(Right))] Value y) =>
                    (y + (x | Over), x - (y | Back));
            }

            [Network]
            public sealed partial record Blend(int Left, int Right, int More)
            {
                [Linear("Left+Right+More", nameof(Left))] public partial Layer Mix { get; }

                [return: Shape("B", nameof(Left))]
                private Value Forward([Shape("B", nameof(Left))] Value x, [Shape("B", nameof(Right))] Value y, [Shape("B", nameof(More))] Value z) =>
                    Value.Cat(x, y, z) | Mix;
            }
            """),
        new("DepthWise", """
            [Network]
            public sealed partial record DepthWise
            {
                private const int C = 6;

                [Conv2d(1, C, 3)] public partial Layer Stem { get; }
                [Block<Separable>(C, 2 * C, 2)] public partial Layer First { get; }
                [Block<Separable>(2 * C, 4 * C, 3)] public partial Layer Second { get; }
                [Linear(24 * 4, 5)] public partial Layer Out { get; }

                [return: Shape("B", 5)]
                private Value Forward([Shape("B", 1, 8, 8)] Value x) =>
                    x | Stem | First | Second | Flatten | Out;
            }

            [Network]
            public sealed partial record Separable(int In, int Out, int Groups)
            {
                [Conv2d(nameof(In), nameof(In), 3, Groups = nameof(In))] public partial Layer Each { get; }
                [GroupNorm(nameof(Groups), nameof(In))] public partial Layer Norm1 { get; }
                [Conv2d(nameof(In), nameof(Out), 1)] public partial Layer Mix { get; }

                [return: Shape("B", nameof(Out), "H/2", "W/2")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x) =>
                    x | Each | Norm1 | Mix | AveragePool(2);
            }
            """),
        new("Attentive", """
            [Network]
            public sealed partial record Attentive : IDenoiser
            {
                [Conv2d(3, 16, 3)] public partial Layer Stem { get; }
                [Block<AdaptedBlock>(16, 16)] public partial Layer Fine { get; }
                [Attention(16, Heads = 2)] public partial Layer Look { get; }
                [Conv2d(32, 3, 1, Init = Init.XavierUniform, InitWeight = 0.5)] public partial Layer Head { get; }

                [return: Shape("B", 3, 8, 8)]
                private Value Forward([Shape("B", 3, 8, 8)] Value x, [Shape("B")] Value level)
                {
                    var time = level | PositionalEmbedding(16);
                    var fine = (x | Stem, time) | Fine;
                    var coarse = fine | FirDownsample(1, 3, 3, 1) | Look;
                    return Value.Cat(fine, coarse | FirUpsample(1, 3, 3, 1)) | Head;
                }
            }

            [Network]
            public sealed partial record AdaptedBlock(int Width, int Time)
            {
                [AdaptiveGroupNorm(4, nameof(Width), nameof(Time))] public partial Layer Norm1 { get; }
                [Conv2d(nameof(Width), nameof(Width), 3)] public partial Layer Conv1 { get; }
                [Attention(nameof(Width), ChannelsPerHead = 8)] public partial Layer Look { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x, [Shape("B", nameof(Time))] Value time)
                {
                    var turned = (x, time) | Norm1 | SiLU | Conv1;
                    return x + turned | Look | Scale(0.7071);
                }
            }
            """),
        new("ClassConditional", """
            [Network]
            public sealed partial record ClassConditional
            {
                [FourierEmbedding(12)] public partial Layer TimeEmbedding { get; }
                [Linear(12, 24)] public partial Layer Level { get; }
                [ClassEmbedding(10, 24, LabelDropout = 0.1)] public partial Layer Class { get; }
                [Conv2d(1, 8, 3)] public partial Layer Stem { get; }
                [AdaptiveGroupNorm(2, 8, 24)] public partial Layer Norm1 { get; }
                [Conv2d(8, 1, 3)] public partial Layer Head { get; }

                [return: Shape("B", 1, 6, 6)]
                private Value Forward([Shape("B", 1, 6, 6)] Value x, [Shape("B")] Value level, [Shape("B", 10)] Value label)
                {
                    var emb = (level | TimeEmbedding | Level) + (label | Class);
                    var seen = (x | Stem, emb | SiLU) | Norm1;
                    return seen | SiLU | Head;
                }
            }
            """),
        new("Augmented", """
            [Network]
            public sealed partial record Augmented
            {
                [AugmentEmbedding(9, 14)] public partial Layer Change { get; }
                [Linear(3, 14)] public partial Layer In { get; }
                [RmsNorm(14)] public partial Layer Norm1 { get; }
                [Linear(14, 3)] public partial Layer Out { get; }

                [return: Shape("B", 3)]
                private Value Forward([Shape("B", 3)] Value x, [Shape("B", 9)] Value changes) =>
                    (x | In) + (changes | Change) | Norm1 | Clamp(2) | Out;
            }
            """),
        new("MagnitudePreserving", """
            [Network]
            public sealed partial record MagnitudePreservingUNet : IDenoiser
            {
                [MpFourier(12)] public partial Layer TimeEmbedding { get; }
                [MpLinear(12, 20)] public partial Layer Level { get; }
                [MpConv2d(4, 8, 3)] public partial Layer Stem { get; }
                [Block<MpBlock>(8, 8, 20)] public partial Layer Fine { get; }
                [Block<MpBlock>(8, 16, 20)] public partial Layer Coarse { get; }
                [Block<MpBlock>(24, 8, 20)] public partial Layer Up { get; }
                [MpConv2d(8, 3, 3)] public partial Layer Head { get; }
                [LearnedGain] public partial Layer Gain { get; }

                [return: Shape("B", 3, 8, 8)]
                private Value Forward([Shape("B", 3, 8, 8)] Value x, [Shape("B")] Value level)
                {
                    var time = level | TimeEmbedding | Level;
                    var fine = (x | AppendOnes | Stem, time) | Fine;
                    var coarse = (fine | FirDownsample(1, 1), time) | Coarse;
                    var joined = (coarse | FirUpsample(1, 1), fine) | MpCat(0.5);
                    return (joined, time) | Up | Head | Gain;
                }
            }

            [Network]
            public sealed partial record MpBlock(int In, int Out, int Time)
            {
                [MpConv2d(nameof(In), nameof(Out), 1)] public partial Layer Short { get; }
                [MpConv2d(nameof(Out), nameof(Out), 3)] public partial Layer Conv1 { get; }
                [MpLinear(nameof(Time), nameof(Out))] public partial Layer Level { get; }
                [MpAttention(nameof(Out), Heads = 2)] public partial Layer Look { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(Time))] Value time)
                {
                    var start = x | Short | PixelNorm;
                    var turned = (start | MpSiLU | Conv1) * (1 + (time | Level));
                    var mixed = (start, turned) | MpSum(0.3);
                    return (mixed, mixed | Look) | MpSum(0.3);
                }
            }
            """),
        new("Shuffled", """
            [Network]
            public sealed partial record Shuffled
            {
                [DepthwiseConv2d(12, 3)] public partial Layer Each { get; }
                [Conv2d(12, 8, 1)] public partial Layer Mix { get; }
                [ConvTranspose2d(8, 6, 4, Stride = 2)] public partial Layer Up1 { get; }
                [Conv2d(6, 12, 3, Stride = 2)] public partial Layer Down1 { get; }

                [return: Shape("B", 3, "2*H", "2*W")]
                private Value Forward([Shape("B", 3, "2*H", "2*W")] Value x)
                {
                    var folded = x | PixelUnshuffle(2) | Each;
                    var small = folded | Mix | Up1 | Down1;
                    return x + (small | PixelShuffle(2));
                }
            }
            """),
        new("MpEncoder", """
            [Network]
            public sealed partial record MpEncoder
            {
                [MpConv2d(2, 6, 3)] public partial Layer Stem { get; }
                [MpConv2d(6, 6, 3), Repeat(2)] public partial Layer Body { get; }
                [MpConv2d(6, 2, 1)] public partial Layer Mean { get; }
                [ConvTranspose2d(6, 2, 2, Stride = 2, Padding = 0)] public partial Layer Raw { get; }

                [return: Shape("B", 2, 4, 4), Shape("B", 2, 8, 8)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x)
                {
                    var seen = x | Stem | MpSiLU | FirDownsample(1, 1) | Body;
                    return (seen | Mean, seen | Raw | Softplus);
                }
            }
            """),
        new("SmallDdpmPlusPlus", """
            [Network]
            public sealed partial record SmallDdpmPlusPlus : IDenoiser
            {
                [DdpmPlusPlus(8, 2, 8, ChannelMult = [1, 2], NumBlocks = [1], AttnResolutions = [4])] public partial Layer Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x, [Shape("B")] Value level) => (x, level) | Net;
            }
            """),
        new("SmallAdm", """
            [Network]
            public sealed partial record SmallAdm
            {
                [Adm(8, 2, 8, ChannelMult = [1, 2], NumBlocks = [1, 2], AttnResolutions = [4], ChannelsPerHead = 8, LabelDim = 5)] public partial Layer Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x, [Shape("B")] Value level, [Shape("B", 5)] Value label) => (x, level, label) | Net;
            }
            """),
        new("SmallEdm2", """
            [Network]
            public sealed partial record SmallEdm2 : IDenoiser
            {
                [Edm2(8, 2, 8, ChannelMult = [1, 2], NumBlocks = [1], AttnResolutions = [4], ChannelsPerHead = 8)] public partial Layer Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x, [Shape("B")] Value level) => (x, level) | Net;
            }
            """),
        new("Levels", """
            [Network]
            public sealed partial record Levels
            {
                [Block<Down1>(2, 4)] public partial Layer Down { get; }
                [Block<Down1>(4, 6)] public partial Layer DownAgain { get; }
                [Block<Up1>(6, 4)] public partial Layer UpAgain { get; }
                [Block<Up1>(8, 2)] public partial Layer Up { get; }
                [Conv2d(4, 2, 3)] public partial Layer Head { get; }

                [return: Shape("B", 2, "H", "W")]
                private Value Forward([Shape("B", 2, "H", "W")] Value x)
                {
                    var half = x | Down;
                    var quarter = half | DownAgain;
                    var up = Value.Cat(quarter | UpAgain, half) | Up;
                    return Value.Cat(x, up) | Head;
                }
            }

            [Network]
            public sealed partial record Down1(int In, int Out)
            {
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Layer Conv1 { get; }

                [return: Shape("B", nameof(Out), "(H+1)/2", "(W+1)/2")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x) =>
                    x | Conv1 | Downsample(2);
            }

            [Network]
            public sealed partial record Up1(int In, int Out)
            {
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Layer Conv1 { get; }

                [return: Shape("B", nameof(Out), "2*H", "2*W")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x) =>
                    x | Upsample(2) | Conv1;
            }
            """),
    ];
}
