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
                [Linear(16, 24)] public partial Part Level { get; }
                [Linear(3, 24)] public partial Part In { get; }
                [LayerNorm(24)] public partial Part Calm { get; }
                [Linear(24, 24), Repeat(2)] public partial Part Turn { get; }
                [Dropout(0.1)] public partial Part Drop { get; }
                [Linear(24, 3, Bias = false)] public partial Part Out { get; }

                [return: Shape("B", 3)]
                private Flow Forward([Shape("B", 3)] Flow x, [Shape("B")] Flow level)
                {
                    var time = level | PositionalEmbedding(16) | Level;
                    var first = (x | In) + time;
                    var second = first | Calm | GELU | Turn;
                    return first + (second | Drop) | Out;
                }
            }
            """),
        new("Straight", """
            [Network, Shape("B", 6)]
            public sealed partial record Straight
            {
                [Linear(6, 20)] public partial Part In { get; }
                [LayerNorm(20)] public partial Part Calm { get; }
                [Linear(20, 20), Repeat(3)] public partial Part Body { get; }
                [Linear(20, 4)] public partial Part Out { get; }
            }
            """),
        new("StraightImage", """
            [Network, Shape("B", 3, 16, 16)]
            public sealed partial record StraightImage
            {
                [Conv2d(3, 8, 3)] public partial Part Stem { get; }
                [GroupNorm(4, 8)] public partial Part Calm { get; }
                [Conv2d(8, 12, 4, Stride = 2, Padding = 1)] public partial Part Shrink { get; }
                [Dropout(0.1)] public partial Part Drop { get; }
                [Conv2d(12, 10, 1)] public partial Part Out { get; }
            }
            """),
        new("StraightBlock", """
            [Network]
            public sealed partial record StraightBlock
            {
                [Block<Widen>(5, 9)] public partial Part Up { get; }
                [Block<Widen>(9, 7)] public partial Part Down { get; }

                [return: Shape("B", 7)]
                private Flow Forward([Shape("B", 5)] Flow x) =>
                    x | Up | Down;
            }

            [Network, Shape("B", nameof(In))]
            public sealed partial record Widen(int In, int Out)
            {
                [Linear(nameof(In), "2*Out")] public partial Part Turn { get; }
                [RmsNorm("2*Out")] public partial Part Calm { get; }
                [Linear("2*Out", nameof(Out))] public partial Part TurnBack { get; }
            }
            """),
        new("Nested", """
            [Network]
            public sealed partial record Nested : IDenoiser
            {
                private const int C = 16;

                [Fourier(12, Scale = 1)] public partial Part Wave { get; }
                [Linear(12, 20)] public partial Part Level { get; }
                [Conv2d(1, C, 3)] public partial Part Stem { get; }
                [Block<Stage>(C, 20)] public partial Part Fine { get; }
                [Conv2d(C, 2 * C, 3, Stride = 2)] public partial Part Shrink { get; }
                [Block<Stage>(2 * C, 20), Repeat(2)] public partial Part Coarse { get; }
                [Conv2d(3 * C, 1, 1)] public partial Part Head { get; }

                [return: Shape("B", 1, 8, 8)]
                private Flow Forward([Shape("B", 1, 8, 8)] Flow x, [Shape("B")] Flow level)
                {
                    var time = level | Wave | Level;
                    var fine = (x | Stem, time) | Fine;
                    var coarse = (fine | Shrink, time) | Coarse;
                    return Flow.Cat(fine, coarse | Upsample(2)) | Head;
                }
            }

            [Network]
            public sealed partial record Stage(int Width, int Time)
            {
                [Block<Bent>(nameof(Width)), Repeat(2)] public partial Part Body { get; }
                [Linear(nameof(Time), nameof(Width))] public partial Part Level { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Flow Forward([Shape("B", nameof(Width), "H", "W")] Flow x, [Shape("B", nameof(Time))] Flow time) =>
                    (x | Body) + (time | Level);
            }

            [Network]
            public sealed partial record Bent(int Channels)
            {
                [GroupNorm(8, nameof(Channels))] public partial Part Calm { get; }
                [Conv2d(nameof(Channels), nameof(Channels), 3)] public partial Part Turn { get; }

                [return: Shape("B", nameof(Channels), "H", "W")]
                private Flow Forward([Shape("B", nameof(Channels), "H", "W")] Flow x) =>
                    x + (x | Calm | SiLU | Turn);
            }
            """),
        new("Parameters", """
            [Network]
            public sealed partial record Parameters
            {
                [Block<Bottleneck>(6, 10, 4)] public partial Part First { get; }
                [Block<Bottleneck>(4, 12, 6)] public partial Part Second { get; }

                [return: Shape("B", 6)]
                private Flow Forward([Shape("B", 6)] Flow x) =>
                    x + (x | First | Second);
            }

            [Network]
            public sealed partial record Bottleneck(int In, int Hidden, int Out)
            {
                [Linear(nameof(In), "2*Hidden+1")] public partial Part Open { get; }
                [Linear("2*Hidden+1", nameof(Out))] public partial Part Close { get; }
                [Linear(nameof(In), nameof(Out), Bias = false)] public partial Part Short { get; }

                [return: Shape("B", nameof(Out))]
                private Flow Forward([Shape("B", nameof(In))] Flow x)
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
                [Block<Encoder>(3, 8)] public partial Part Encode { get; }
                [Conv2d(8, 16, 3)] public partial Part Widen { get; }
                [Conv2d(16, 3, 3)] public partial Part Head { get; }

                [return: Shape("B", 3, 16, 16)]
                private Flow Forward([Shape("B", 3, 16, 16)] Flow x, [Shape("B", 8, 4, 4)] Flow noise)
                {
                    var (mean, deviation) = x | Encode;
                    var drawn = mean + deviation * noise;
                    return drawn | Widen | Upsample(4) | Head;
                }
            }

            [Network]
            public sealed partial record Encoder(int Channels, int Latent)
            {
                [Conv2d(nameof(Channels), 16, 3, Stride = 2)] public partial Part Stem { get; }
                [Conv2d(16, 24, 3, Stride = 2)] public partial Part Shrink { get; }
                [Conv2d(24, nameof(Latent), 1)] public partial Part Mean { get; }
                [Conv2d(24, nameof(Latent), 1)] public partial Part Deviation { get; }

                [return: Shape("B", nameof(Latent), 4, 4), Shape("B", nameof(Latent), 4, 4)]
                private Flow Forward([Shape("B", nameof(Channels), 16, 16)] Flow x)
                {
                    var seen = x | Stem | SiLU | Shrink | SiLU;
                    return (seen | Mean, seen | Deviation | Softplus);
                }
            }
            """),
        new("Outputs", """
            [Network]
            public sealed partial record Outputs
            {
                [Linear(4, 6)] public partial Part Mean { get; }
                [Linear(4, 8)] public partial Part Deviation { get; }
                [Linear(4, 10)] public partial Part Class { get; }

                [return: Shape("B", 6), Shape("B", 8), Shape("B", 10)]
                private Flow Forward([Shape("B", 4)] Flow x)
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

                [Conv2d(3, C, 3)] public partial Part Stem { get; }
                [Block<ResBlock>(C, C, T)] public partial Part Down { get; }
                [Conv2d(C, 2 * C, 3, Stride = 2, Padding = 1)] public partial Part Shrink { get; }
                [Block<ResBlock>(2 * C, 2 * C, T)] public partial Part Middle { get; }
                [Conv2d(2 * C, 4 * C, 4, Stride = 2, Padding = 1)] public partial Part ShrinkAgain { get; }
                [Block<ResBlock>(4 * C, 4 * C, T)] public partial Part Deep { get; }
                [Block<ResBlock>(6 * C, 2 * C, T)] public partial Part UpMiddle { get; }
                [Block<ResBlock>(3 * C, C, T)] public partial Part Up { get; }
                [Conv2d(C, 3, 1)] public partial Part Head { get; }

                [return: Shape("B", 3, 16, 16)]
                private Flow Forward([Shape("B", 3, 16, 16)] Flow x, [Shape("B")] Flow t)
                {
                    var time = t | PositionalEmbedding(T, sineFirst: true);
                    var fine = (x | Stem, time) | Down;
                    var middle = (fine | Shrink, time) | Middle;
                    var deep = (middle | ShrinkAgain, time) | Deep | Upsample(2);
                    var up = (Flow.Cat(deep, middle), time) | UpMiddle | Upsample(2);
                    return (Flow.Cat(up, fine), time) | Up | Head;
                }
            }

            [Network]
            public sealed partial record ResBlock(int In, int Out, int Time)
            {
                [GroupNorm(4, nameof(In))] public partial Part Calm { get; }
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Part Turn { get; }
                [Linear(nameof(Time), nameof(Out))] public partial Part Clock { get; }
                [Conv2d(nameof(In), nameof(Out), 1)] public partial Part Short { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x, [Shape("B", nameof(Time))] Flow t) =>
                    (x | Calm | SiLU | Turn) + (t | Clock) + (x | Short);
            }
            """),
        new("SymbolicUNet", """
            [Network]
            public sealed partial record SymbolicUNet
            {
                [Conv2d(3, 6, 3)] public partial Part Stem { get; }
                [Conv2d(6, 8, 3, Stride = 2)] public partial Part Shrink { get; }
                [Conv2d(8, 10, 3)] public partial Part Deep { get; }
                [Conv2d(18, 8, 3)] public partial Part Middle { get; }
                [Conv2d(14, 3, 3)] public partial Part Head { get; }

                [return: Shape("B", 3, "H", "W")]
                private Flow Forward([Shape("B", 3, "H", "W")] Flow x)
                {
                    var fine = x | Stem;
                    var coarse = fine | Shrink;
                    var deep = coarse | AveragePool(2) | Deep | Upsample(2);
                    var up = Flow.Cat(deep, coarse) | Middle | Upsample(2);
                    return Flow.Cat(up, fine) | Head;
                }
            }
            """),
        new("SymbolicExact", """
            [Network]
            public sealed partial record SymbolicExact
            {
                [Block<Half>(4)] public partial Part Down { get; }
                [Conv2d(8, 4, 3)] public partial Part Back { get; }

                [return: Shape("B", 4, "2*H", "2*W"), Shape("B", 8, "H", "W")]
                private Flow Forward([Shape("B", 4, "2*H", "2*W")] Flow x)
                {
                    var small = x | Down;
                    var back = small | Upsample(2) | Back;
                    return (x * (back | Sigmoid), small);
                }
            }

            [Network]
            public sealed partial record Half(int Width)
            {
                [Conv2d(nameof(Width), "2*Width", 3, Stride = 2)] public partial Part Shrink { get; }
                [Conv2d(nameof(Width), "2*Width", 1)] public partial Part Short { get; }

                [return: Shape("B", "2*Width", "H", "W")]
                private Flow Forward([Shape("B", nameof(Width), "2*H", "2*W")] Flow x) =>
                    (x | Shrink) + (x | AveragePool(2) | Short);
            }
            """),
        new("FullyConvolutional", """
            [Network]
            public sealed partial record FullyConvolutional
            {
                [Conv2d(2, 12, 5)] public partial Part Stem { get; }
                [Conv2d(12, 12, 3, Dilation = 2)] public partial Part Far { get; }
                [Conv2d(12, 12, 3, Groups = 4)] public partial Part Split { get; }
                [GroupNorm(3, 12)] public partial Part Calm { get; }
                [Conv2d(12, 2, 1)] public partial Part Head { get; }

                [return: Shape("B", 2, "H", "W")]
                private Flow Forward([Shape("B", 2, "H", "W")] Flow x, [Shape("B", 1, "H", "W")] Flow mask)
                {
                    var seen = x | Stem | Far | Split;
                    var calm = seen + (seen | Calm);
                    return mask * (calm | Head);
                }
            }
            """),
        new("Broadcasting", """
            [Network]
            public sealed partial record Broadcasting
            {
                [Linear(5, 6)] public partial Part Shift { get; }
                [Linear(5, 6)] public partial Part Gain { get; }
                [Conv2d(3, 6, 1)] public partial Part Stem { get; }
                [Conv2d(6, 3, 1)] public partial Part Head { get; }

                [return: Shape("B", 3, 7, 9)]
                private Flow Forward([Shape("B", 3, 7, 9)] Flow x, [Shape("B", 5)] Flow style, [Shape("B", 1, 7, 9)] Flow mask)
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
                [Conv2d(2, 4, 3, Stride = 2)] public partial Part Shrink { get; }
                [Linear(64, 10)] public partial Part Code { get; }
                [Linear(10, 64)] public partial Part Decode { get; }
                [Conv2d(4, 2, 3)] public partial Part Head { get; }

                [return: Shape("B", 2, 8, 8), Shape("B", 10)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x)
                {
                    var code = x | Shrink | Flatten | Code;
                    var image = code | Decode | Unflatten(4, 4, 4) | Upsample(2) | Head;
                    return (image, code);
                }
            }
            """),
        new("Embeddings", """
            [Network]
            public sealed partial record TwoTimes
            {
                [Fourier(10)] public partial Part Wave { get; }
                [Linear(30, 16)] public partial Part Mix { get; }
                [Linear(16, 6)] public partial Part Out { get; }

                [return: Shape("B", 6)]
                private Flow Forward([Shape("B", 6)] Flow x, [Shape("B")] Flow t, [Shape("B")] Flow r)
                {
                    var late = t | Wave;
                    var early = r | PositionalEmbedding(14, endpoint: true);
                    var both = Flow.Cat(x, late, early);
                    return x - t * (both | Mix | SiLU | Out);
                }
            }
            """),
        new("Convolutions", """
            [Network]
            public sealed partial record Convolutions
            {
                [Conv2d(4, 8, 3, Groups = 2)] public partial Part Split { get; }
                [Conv2d(8, 8, 5, Groups = 8)] public partial Part Each { get; }
                [Conv2d(8, 12, 3, Stride = 2, Dilation = 2, Padding = 2)] public partial Part Far { get; }
                [Conv2d(12, 6, 2, Stride = 2, Padding = 0)] public partial Part Patch { get; }
                [Conv2d(6, 6, 3, Padding = 0, Bias = false)] public partial Part Valid { get; }

                [return: Shape("B", 6, 2, 1)]
                private Flow Forward([Shape("B", 4, 16, 12)] Flow x) =>
                    x | Split | Tanh | Each | Far | Tanh | Patch | Valid;
            }
            """),
        new("Pyramid", """
            [Network]
            public sealed partial record Pyramid
            {
                [Conv2d(3, 5, 3)] public partial Part Stem { get; }
                [Conv2d(10, 7, 1)] public partial Part Mix { get; }
                [Conv2d(12, 3, 1)] public partial Part Head { get; }

                [return: Shape("B", 3, 12, 20)]
                private Flow Forward([Shape("B", 3, 12, 20)] Flow x)
                {
                    var full = x | Stem;
                    var half = full | AveragePool(2);
                    var quarter = full | Downsample(4) | Upsample(2);
                    var joined = Flow.Cat(half, quarter) | Mix | Upsample(2);
                    return Flow.Cat(joined, full) | Head;
                }
            }
            """),
        new("Tokens", """
            [Network]
            public sealed partial record Tokens
            {
                [Linear(6, 16)] public partial Part In { get; }
                [Block<Mixer>(16, 4), Repeat(2)] public partial Part Body { get; }
                [Linear(5, 16)] public partial Part Class { get; }
                [LayerNorm(16)] public partial Part Calm { get; }
                [Linear(16, 6)] public partial Part Out { get; }

                [return: Shape("B", "N", 6)]
                private Flow Forward([Shape("B", "N", 6)] Flow x, [Shape("B", 1, 5)] Flow style)
                {
                    var seen = (x | In) + (style | Class);
                    return seen | Body | Calm | Out;
                }
            }

            [Network]
            public sealed partial record Mixer(int Width, int Factor)
            {
                [LayerNorm(nameof(Width))] public partial Part Calm { get; }
                [Linear(nameof(Width), "Factor*Width")] public partial Part Open { get; }
                [Linear("Factor*Width", nameof(Width))] public partial Part Close { get; }

                [return: Shape("B", "N", nameof(Width))]
                private Flow Forward([Shape("B", "N", nameof(Width))] Flow x) =>
                    x + (x | Calm | Open | GELU | Close);
            }
            """),
        new("Shared", """
            [Network]
            public sealed partial record Shared
            {
                [Linear(7, 12)] public partial Part See { get; }
                [GroupNorm(3, 12)] public partial Part Calm { get; }
                [Linear(12, 12)] public partial Part Turn { get; }
                [Linear(24, 2)] public partial Part Out { get; }

                [return: Shape("B", 2)]
                private Flow Forward([Shape("B", 7)] Flow left, [Shape("B", 7)] Flow right)
                {
                    var one = left | See | ReLU | Turn | Calm;
                    var other = right | See | ReLU | Turn | Calm;
                    return Flow.Cat(one - other, one * other) | Out;
                }
            }
            """),
        new("Tuples", """
            [Network]
            public sealed partial record Tuples
            {
                [Block<Cross>(6, 10)] public partial Part First { get; }
                [Block<Cross>(10, 6)] public partial Part Second { get; }
                [Block<Blend>(6, 10, 4)] public partial Part Third { get; }

                [return: Shape("B", 6), Shape("B", 10)]
                private Flow Forward([Shape("B", 6)] Flow x, [Shape("B", 10)] Flow y, [Shape("B", 4)] Flow z)
                {
                    var (a, b) = (x, y) | First | Second;
                    var c = (a, b, z) | Third;
                    return (c + x, b);
                }
            }

            [Network]
            public sealed partial record Cross(int Left, int Right)
            {
                [Linear(nameof(Left), nameof(Right))] public partial Part Over { get; }
                [Linear(nameof(Right), nameof(Left))] public partial Part Back { get; }

                [return: Shape("B", nameof(Right)), Shape("B", nameof(Left))]
                private Flow Forward([Shape("B", nameof(Left))] Flow x, [Shape("B", nameof(Right))] Flow y) =>
                    (y + (x | Over), x - (y | Back));
            }

            [Network]
            public sealed partial record Blend(int Left, int Right, int More)
            {
                [Linear("Left+Right+More", nameof(Left))] public partial Part Mix { get; }

                [return: Shape("B", nameof(Left))]
                private Flow Forward([Shape("B", nameof(Left))] Flow x, [Shape("B", nameof(Right))] Flow y, [Shape("B", nameof(More))] Flow z) =>
                    Flow.Cat(x, y, z) | Mix;
            }
            """),
        new("DepthWise", """
            [Network]
            public sealed partial record DepthWise
            {
                private const int C = 6;

                [Conv2d(1, C, 3)] public partial Part Stem { get; }
                [Block<Separable>(C, 2 * C, 2)] public partial Part First { get; }
                [Block<Separable>(2 * C, 4 * C, 3)] public partial Part Second { get; }
                [Linear(24 * 4, 5)] public partial Part Out { get; }

                [return: Shape("B", 5)]
                private Flow Forward([Shape("B", 1, 8, 8)] Flow x) =>
                    x | Stem | First | Second | Flatten | Out;
            }

            [Network]
            public sealed partial record Separable(int In, int Out, int Groups)
            {
                [Conv2d(nameof(In), nameof(In), 3, Groups = nameof(In))] public partial Part Each { get; }
                [GroupNorm(nameof(Groups), nameof(In))] public partial Part Calm { get; }
                [Conv2d(nameof(In), nameof(Out), 1)] public partial Part Mix { get; }

                [return: Shape("B", nameof(Out), "H/2", "W/2")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x) =>
                    x | Each | Calm | Mix | AveragePool(2);
            }
            """),
        new("Attentive", """
            [Network]
            public sealed partial record Attentive : IDenoiser
            {
                [Conv2d(3, 16, 3)] public partial Part Stem { get; }
                [Block<AdaptedBlock>(16, 16)] public partial Part Fine { get; }
                [Attention(16, Heads = 2)] public partial Part Look { get; }
                [Conv2d(32, 3, 1, Start = Start.XavierUniform, Gain = 0.5)] public partial Part Head { get; }

                [return: Shape("B", 3, 8, 8)]
                private Flow Forward([Shape("B", 3, 8, 8)] Flow x, [Shape("B")] Flow level)
                {
                    var time = level | PositionalEmbedding(16);
                    var fine = (x | Stem, time) | Fine;
                    var coarse = fine | FirDownsample(1, 3, 3, 1) | Look;
                    return Flow.Cat(fine, coarse | FirUpsample(1, 3, 3, 1)) | Head;
                }
            }

            [Network]
            public sealed partial record AdaptedBlock(int Width, int Time)
            {
                [AdaptiveGroupNorm(4, nameof(Width), nameof(Time))] public partial Part Calm { get; }
                [Conv2d(nameof(Width), nameof(Width), 3)] public partial Part Turn { get; }
                [Attention(nameof(Width), ChannelsPerHead = 8)] public partial Part Look { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Flow Forward([Shape("B", nameof(Width), "H", "W")] Flow x, [Shape("B", nameof(Time))] Flow time)
                {
                    var turned = (x, time) | Calm | SiLU | Turn;
                    return x + turned | Look | Scale(0.7071);
                }
            }
            """),
        new("ClassConditional", """
            [Network]
            public sealed partial record ClassConditional
            {
                [Fourier(12)] public partial Part Wave { get; }
                [Linear(12, 24)] public partial Part Level { get; }
                [ClassEmbedding(10, 24, LabelDropout = 0.1)] public partial Part Class { get; }
                [Conv2d(1, 8, 3)] public partial Part Stem { get; }
                [AdaptiveGroupNorm(2, 8, 24)] public partial Part Calm { get; }
                [Conv2d(8, 1, 3)] public partial Part Head { get; }

                [return: Shape("B", 1, 6, 6)]
                private Flow Forward([Shape("B", 1, 6, 6)] Flow x, [Shape("B")] Flow level, [Shape("B", 10)] Flow label)
                {
                    var emb = (level | Wave | Level) + (label | Class);
                    var seen = (x | Stem, emb | SiLU) | Calm;
                    return seen | SiLU | Head;
                }
            }
            """),
        new("Augmented", """
            [Network]
            public sealed partial record Augmented
            {
                [Augmentation(9, 14)] public partial Part Change { get; }
                [Linear(3, 14)] public partial Part In { get; }
                [RmsNorm(14)] public partial Part Calm { get; }
                [Linear(14, 3)] public partial Part Out { get; }

                [return: Shape("B", 3)]
                private Flow Forward([Shape("B", 3)] Flow x, [Shape("B", 9)] Flow changes) =>
                    (x | In) + (changes | Change) | Calm | Clamp(2) | Out;
            }
            """),
        new("MagnitudePreserving", """
            [Network]
            public sealed partial record MagnitudePreservingUNet : IDenoiser
            {
                [MpFourier(12)] public partial Part Wave { get; }
                [MpLinear(12, 20)] public partial Part Level { get; }
                [MpConv2d(4, 8, 3)] public partial Part Stem { get; }
                [Block<MpBlock>(8, 8, 20)] public partial Part Fine { get; }
                [Block<MpBlock>(8, 16, 20)] public partial Part Coarse { get; }
                [Block<MpBlock>(24, 8, 20)] public partial Part Up { get; }
                [MpConv2d(8, 3, 3)] public partial Part Head { get; }
                [LearnedGain] public partial Part Gain { get; }

                [return: Shape("B", 3, 8, 8)]
                private Flow Forward([Shape("B", 3, 8, 8)] Flow x, [Shape("B")] Flow level)
                {
                    var time = level | Wave | Level;
                    var fine = (x | AppendOnes | Stem, time) | Fine;
                    var coarse = (fine | FirDownsample(1, 1), time) | Coarse;
                    var joined = (coarse | FirUpsample(1, 1), fine) | MpCat(0.5);
                    return (joined, time) | Up | Head | Gain;
                }
            }

            [Network]
            public sealed partial record MpBlock(int In, int Out, int Time)
            {
                [MpConv2d(nameof(In), nameof(Out), 1)] public partial Part Short { get; }
                [MpConv2d(nameof(Out), nameof(Out), 3)] public partial Part Turn { get; }
                [MpLinear(nameof(Time), nameof(Out))] public partial Part Level { get; }
                [MpAttention(nameof(Out), Heads = 2)] public partial Part Look { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x, [Shape("B", nameof(Time))] Flow time)
                {
                    var start = x | Short | PixelNorm;
                    var turned = (start | MpSiLU | Turn) * (1 + (time | Level));
                    var mixed = (start, turned) | MpSum(0.3);
                    return (mixed, mixed | Look) | MpSum(0.3);
                }
            }
            """),
        new("Shuffled", """
            [Network]
            public sealed partial record Shuffled
            {
                [DepthwiseConv2d(12, 3)] public partial Part Each { get; }
                [Conv2d(12, 8, 1)] public partial Part Mix { get; }
                [ConvTranspose2d(8, 6, 4, Stride = 2)] public partial Part Grow { get; }
                [Conv2d(6, 12, 3, Stride = 2)] public partial Part Shrink { get; }

                [return: Shape("B", 3, "2*H", "2*W")]
                private Flow Forward([Shape("B", 3, "2*H", "2*W")] Flow x)
                {
                    var folded = x | PixelUnshuffle(2) | Each;
                    var small = folded | Mix | Grow | Shrink;
                    return x + (small | PixelShuffle(2));
                }
            }
            """),
        new("MpEncoder", """
            [Network]
            public sealed partial record MpEncoder
            {
                [MpConv2d(2, 6, 3)] public partial Part Stem { get; }
                [MpConv2d(6, 6, 3), Repeat(2)] public partial Part Body { get; }
                [MpConv2d(6, 2, 1)] public partial Part Mean { get; }
                [ConvTranspose2d(6, 2, 2, Stride = 2, Padding = 0)] public partial Part Raw { get; }

                [return: Shape("B", 2, 4, 4), Shape("B", 2, 8, 8)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x)
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
                [DdpmPlusPlus(8, 2, 8, Multipliers = [1, 2], Blocks = [1], Attention = [4])] public partial Part Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x, [Shape("B")] Flow level) => (x, level) | Net;
            }
            """),
        new("SmallAdm", """
            [Network]
            public sealed partial record SmallAdm
            {
                [Adm(8, 2, 8, Multipliers = [1, 2], Blocks = [1, 2], Attention = [4], ChannelsPerHead = 8, Labels = 5)] public partial Part Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x, [Shape("B")] Flow level, [Shape("B", 5)] Flow label) => (x, level, label) | Net;
            }
            """),
        new("SmallEdm2", """
            [Network]
            public sealed partial record SmallEdm2 : IDenoiser
            {
                [Edm2(8, 2, 8, Multipliers = [1, 2], Blocks = [1], Attention = [4], ChannelsPerHead = 8)] public partial Part Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x, [Shape("B")] Flow level) => (x, level) | Net;
            }
            """),
        new("Levels", """
            [Network]
            public sealed partial record Levels
            {
                [Block<Shrink>(2, 4)] public partial Part Down { get; }
                [Block<Shrink>(4, 6)] public partial Part DownAgain { get; }
                [Block<Grow>(6, 4)] public partial Part UpAgain { get; }
                [Block<Grow>(8, 2)] public partial Part Up { get; }
                [Conv2d(4, 2, 3)] public partial Part Head { get; }

                [return: Shape("B", 2, "H", "W")]
                private Flow Forward([Shape("B", 2, "H", "W")] Flow x)
                {
                    var half = x | Down;
                    var quarter = half | DownAgain;
                    var up = Flow.Cat(quarter | UpAgain, half) | Up;
                    return Flow.Cat(x, up) | Head;
                }
            }

            [Network]
            public sealed partial record Shrink(int In, int Out)
            {
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Part Turn { get; }

                [return: Shape("B", nameof(Out), "(H+1)/2", "(W+1)/2")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x) =>
                    x | Turn | Downsample(2);
            }

            [Network]
            public sealed partial record Grow(int In, int Out)
            {
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Part Turn { get; }

                [return: Shape("B", nameof(Out), "2*H", "2*W")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x) =>
                    x | Upsample(2) | Turn;
            }
            """),
    ];
}
