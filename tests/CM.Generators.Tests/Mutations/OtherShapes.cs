namespace CM.Generators.Tests.Mutations;

/// <summary>Networks of other shapes than the first ones: other options of the U-Nets, odd multiples, deep nesting, functions of one's own.</summary>
internal static class OtherShapes
{
    public static IEnumerable<Declared> Networks() =>
    [
        new("AdmEncoder", """
            [Network]
            public sealed partial record AdmEncoder
            {
                [Adm(12, 3, 12, OutChannels = 6, Multipliers = [1, 3], Blocks = [2], Attention = [6], ChannelsPerHead = 12, EmbeddingMultiplier = 3, Dropout = [0.1, 0])] public partial Part Net { get; }

                [return: Shape("B", 3, 12, 12), Shape("B", 3, 12, 12)]
                private Flow Forward([Shape("B", 3, 12, 12)] Flow x)
                {
                    var seen = (x, x | ZerosLike) | Net;
                    return (seen | SliceChannels(0, 3), seen | SliceChannels(3, 3) | Softplus);
                }
            }
            """),
        new("OddEdm2", """
            [Network]
            public sealed partial record OddEdm2 : IDenoiser
            {
                [Edm2(12, 1, 6, Multipliers = [1, 3], Blocks = [2, 1], Attention = [6], ChannelsPerHead = 9, Labels = 3)] public partial Part Net { get; }

                [return: Shape("B", 1, 12, 12)]
                private Flow Forward([Shape("B", 1, 12, 12)] Flow x, [Shape("B")] Flow level, [Shape("B", 3)] Flow label) => (x, level, label) | Net;
            }
            """),
        new("NcsnAndAHead", """
            [Network]
            public sealed partial record NcsnAndAHead
            {
                [NcsnPlusPlus(8, 2, 8, Multipliers = [1, 2, 2], Blocks = [1], Attention = [], EmbeddingMultiplier = 2)] public partial Part Net { get; }
                [Conv2d(2, 5, 1)] public partial Part Wide { get; }
                [Linear(5, 4)] public partial Part Out { get; }

                [return: Shape("B", 4)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x, [Shape("B")] Flow level) => (x, level) | Net | Wide | AveragePool(8) | Flatten | Out;
            }
            """),
        new("BlocksOfOnesOwn", """
            [Network]
            public sealed partial record BlocksOfOnesOwn : IDenoiser
            {
                [DdpmPlusPlus<Plain>(8, 2, 8, Multipliers = [2, 1], Blocks = [1], Attention = [4])] public partial Part Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Flow Forward([Shape("B", 2, 8, 8)] Flow x, [Shape("B")] Flow level) => x - ((x, level) | Net);
            }

            [Network]
            public sealed partial record Plain(int In, int Out, int Embedding)
            {
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Part Turn { get; }
                [Linear(nameof(Embedding), nameof(Out))] public partial Part Level { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x, [Shape("B", nameof(Embedding))] Flow embedding) =>
                    (x | Turn) + (embedding | Level) | ReLU;
            }
            """),
        new("FourDeep", """
            [Network]
            public sealed partial record FourDeep
            {
                private const int W = 6;

                [Conv2d(3, W, 5)] public partial Part Stem { get; }
                [Block<Stage>(W, 2 * W)] public partial Part First { get; }
                [Block<Stage>(2 * W, 3 * W)] public partial Part Second { get; }
                [Conv2d(3 * W, 3, 1)] public partial Part Head { get; }

                [return: Shape("B", 3, "H", "W")]
                private Flow Forward([Shape("B", 3, "H", "W")] Flow x) => x | Stem | First | Second | Head;
            }

            [Network]
            public sealed partial record Stage(int In, int Out)
            {
                [Block<Twice>(nameof(In)), Repeat(2)] public partial Part Body { get; }
                [Conv2d(nameof(In), nameof(Out), 1)] public partial Part Wide { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Flow Forward([Shape("B", nameof(In), "H", "W")] Flow x) => x | Body | Wide;
            }

            [Network]
            public sealed partial record Twice(int Width)
            {
                [Block<Bottleneck>(nameof(Width), "2*Width+1")] public partial Part Neck { get; }
                [Block<Bottleneck>(nameof(Width), "Width/2+1")] public partial Part Thin { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Flow Forward([Shape("B", nameof(Width), "H", "W")] Flow x) => x + 0.5 * (x | Neck | Thin);
            }

            [Network]
            public sealed partial record Bottleneck(int Width, int Inside)
            {
                [Conv2d(nameof(Width), nameof(Inside), 1)] public partial Part In { get; }
                [Conv2d(nameof(Inside), nameof(Width), 3)] public partial Part Out { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Flow Forward([Shape("B", nameof(Width), "H", "W")] Flow x) => x | In | Tanh | Out;
            }
            """),
        new("LabelledMlp", """
            [Network]
            public sealed partial record LabelledMlp
            {
                private const int D = 20;

                [ClassEmbedding(4, D, Bias = false)] public partial Part Class { get; }
                [Augmentation(3, D)] public partial Part Change { get; }
                [Linear(2, D, Start = Start.KaimingNormal)] public partial Part In { get; }
                [Block<Gated>(D, 4), Repeat(2)] public partial Part Body { get; }
                [RmsNorm(D)] public partial Part Calm { get; }
                [Linear(D, 2, Gain = 0.5, Start = Start.XavierNormal)] public partial Part Out { get; }

                [return: Shape("B", 2)]
                private Flow Forward([Shape("B", 2)] Flow x, [Shape("B", 4)] Flow label, [Shape("B", 3)] Flow changes)
                {
                    var told = (x | ZerosLike | PositionalEmbedding(D, endpoint: true)) + (label | Class) + (changes | Change);
                    var body = (x | In, told) | Body;
                    return x + (body | Calm | Out);
                }
            }

            [Network]
            public sealed partial record Gated(int Width, int Times)
            {
                [Linear(nameof(Width), "Times*Width")] public partial Part Up { get; }
                [Linear(nameof(Width), "Times*Width")] public partial Part Gate { get; }
                [Linear("Times*Width", nameof(Width))] public partial Part Down { get; }

                [return: Shape("B", nameof(Width))]
                private Flow Forward([Shape("B", nameof(Width))] Flow x, [Shape("B", nameof(Width))] Flow told)
                {
                    var gate = told | Gate | Sigmoid;
                    return x + ((x | Up) * gate | Down);
                }
            }
            """),
        new("ThreeTimesLarger", """
            [Network]
            public sealed partial record ThreeTimesLarger
            {
                [Conv2d(2, 9, 3)] public partial Part Stem { get; }
                [DepthwiseConv2d(9, 5, Dilation = 2)] public partial Part Far { get; }
                [Conv2d(9, 18, 3)] public partial Part Wide { get; }

                [return: Shape("B", 2, "3*H", "3*W")]
                private Flow Forward([Shape("B", 2, "H", "W")] Flow x)
                {
                    var seen = x | Stem | Far | PixelNorm;
                    return (x | Upsample(3)) + (seen | Wide | PixelShuffle(3));
                }
            }
            """),
        new("TransposedDecoder", """
            [Network]
            public sealed partial record TransposedDecoder
            {
                [Linear(7, 24)] public partial Part In { get; }
                [ConvTranspose2d(6, 5, 3, Stride = 2, OutputPadding = 1)] public partial Part Grow { get; }
                [ConvTranspose2d(5, 4, 5, Stride = 3, Padding = 1)] public partial Part GrowMore { get; }
                [Conv2d(4, 3, 4, Padding = 0)] public partial Part Cut { get; }

                [return: Shape("B", 3, 9, 9), Shape("B", 9, 27)]
                private Flow Forward([Shape("B", 7)] Flow x)
                {
                    var small = x | In | Unflatten(6, 2, 2) | ReLU;
                    var large = small | Grow | ReLU | GrowMore;
                    var image = large | Cut;
                    return (image, image | Flatten | Unflatten(9, 27));
                }
            }
            """),
        new("Strided", """
            [Network]
            public sealed partial record Strided
            {
                [DepthwiseConv2d(4, 3, Stride = 2)] public partial Part Half { get; }
                [Conv2d(4, 8, 1, Groups = 2)] public partial Part Mix { get; }
                [GroupNorm(4, 8)] public partial Part Calm { get; }
                [ConvTranspose2d(8, 4, 2, Stride = 2, Padding = 0)] public partial Part Twice { get; }
                [Conv2d(8, 4, 3)] public partial Part Head { get; }

                [return: Shape("B", 4, "2*H", "2*W")]
                private Flow Forward([Shape("B", 4, "2*H", "2*W")] Flow x) =>
                    Flow.Cat(x, x | Half | Mix | Calm | Twice) | Head;
            }
            """),
        new("TermsOfParameters", """
            [Network]
            public sealed partial record TermsOfParameters
            {
                private const int D = 12;

                [Linear(D, 2 * D)] public partial Part Level { get; }
                [Block<Halves>(2 * D, D)] public partial Part Body { get; }

                [return: Shape("B", D), Shape("B", D, 2, 1)]
                private Flow Forward([Shape("B", 2 * D)] Flow x, [Shape("B")] Flow t)
                {
                    var level = t | PositionalEmbedding(D) | SiLU | Level;
                    var (mean, rest) = x + level | Body;
                    return (mean, (rest, rest | ReLU) | MpCat() | Unflatten(D, 2, 1));
                }
            }

            [Network]
            public sealed partial record Halves(int Width, int Half)
            {
                [Linear(nameof(Width), "2*Width")] public partial Part Up { get; }

                [return: Shape("B", nameof(Half)), Shape("B", "Width/2")]
                private Flow Forward([Shape("B", nameof(Width))] Flow x)
                {
                    var wide = x | Up | GELU;
                    return (wide | SliceChannels(Width, Half), wide | SliceChannels(count: Width / 2, from: 2 * Width - Half) | Sigmoid);
                }
            }
            """),
        new("FunctionsOfOnesOwn", """
            [Network]
            public sealed partial record FunctionsOfOnesOwn
            {
                [Conv2d(2, 6, 3)] public partial Part Stem { get; }
                [Conv2d(12, 2, 1)] public partial Part Head { get; }

                [return: Shape("B", 2, 4, 6)]
                private Flow Forward([Shape("B", 2, 4, 6)] Flow x)
                {
                    var seen = x | Stem;
                    var turned = seen | Function<Mirror>() | Function<Mirror>();
                    return (seen, turned) | Function<Stack>() | Head;
                }
            }

            public sealed class Mirror
            {
                [return: Shape("B", "C", "H", "W")]
                public static TorchSharp.torch.Tensor Apply([Shape("B", "C", "H", "W")] TorchSharp.torch.Tensor x) => x.flip(3);
            }

            public sealed class Stack
            {
                [return: Shape("B", "2*C", "H", "W")]
                public static TorchSharp.torch.Tensor Apply([Shape("B", "C", "H", "W")] TorchSharp.torch.Tensor x, [Shape("B", "C", "H", "W")] TorchSharp.torch.Tensor y) => TorchSharp.torch.cat([x, y], 1);
            }
            """),
        new("AutoEncoder", """
            [Network]
            public sealed partial record AutoEncoder
            {
                [Block<Describe>(1, 5)] public partial Part Encoder { get; }
                [Linear(5, 5, Bias = false)] public partial Part Mix { get; }
                [Block<Draw>(5, 1)] public partial Part Decoder { get; }

                [return: Shape("B", 1, 8, 8), Shape("B", 5)]
                private Flow Forward([Shape("B", 1, 8, 8)] Flow x, [Shape("B", 5)] Flow noise)
                {
                    var (mean, deviation) = x | Encoder;
                    var latent = mean + deviation * (noise | Mix);
                    return (latent | Decoder, latent);
                }
            }

            [Network]
            public sealed partial record Describe(int In, int Size)
            {
                [Conv2d(nameof(In), 4, 3, Stride = 2)] public partial Part Shrink { get; }
                [Linear(64, nameof(Size))] public partial Part Mean { get; }
                [Linear(64, nameof(Size))] public partial Part Raw { get; }

                [return: Shape("B", nameof(Size)), Shape("B", nameof(Size))]
                private Flow Forward([Shape("B", nameof(In), 8, 8)] Flow x)
                {
                    var flat = x | Shrink | GELU | Flatten;
                    return (flat | Mean, flat | Raw | Softplus);
                }
            }

            [Network]
            public sealed partial record Draw(int Size, int Out)
            {
                [Linear(nameof(Size), 48)] public partial Part In { get; }
                [Conv2d(3, nameof(Out), 3)] public partial Part Head { get; }

                [return: Shape("B", nameof(Out), 8, 8)]
                private Flow Forward([Shape("B", nameof(Size))] Flow x) => x | In | Unflatten(3, 4, 4) | FirUpsample(1, 1) | Head;
            }
            """),
        new("Heads", """
            [Network]
            public sealed partial record Heads
            {
                [Conv2d(3, 20, 1)] public partial Part In { get; }
                [Block<Looking>(20, 5, 10), Repeat(2)] public partial Part Body { get; }
                [Block<Looking>(20, 2, 4)] public partial Part Last { get; }
                [Conv2d(20, 3, 1)] public partial Part Out { get; }

                [return: Shape("B", 3, 4, 6)]
                private Flow Forward([Shape("B", 3, 4, 6)] Flow x) => x + (x | In | Body | Last | Out);
            }

            [Network]
            public sealed partial record Looking(int Width, int Heads, int Groups)
            {
                [GroupNorm(nameof(Groups), nameof(Width))] public partial Part Calm { get; }
                [Attention(nameof(Width), Heads = nameof(Heads), ProjectionGain = 0.1)] public partial Part Look { get; }
                [Conv2d(nameof(Width), "2*Width", 1, Groups = nameof(Heads))] public partial Part Up { get; }
                [Conv2d("2*Width", nameof(Width), 1)] public partial Part Down { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Flow Forward([Shape("B", nameof(Width), "H", "W")] Flow x)
                {
                    var seen = x + (x | Calm | Look);
                    return seen - (seen | Up | Down);
                }
            }
            """),
        new("LongChain", """
            [Network, Shape("B", 3, 16, 8)]
            public sealed partial record LongChain
            {
                [Conv2d(3, 10, 3)] public partial Part Turn { get; }
                [MpConv2d(10, 10, 3), Repeat(2)] public partial Part Even { get; }
                [MpAttention(10, ChannelsPerHead = 5)] public partial Part Look { get; }
                [ConvTranspose2d(10, 12, 4, Stride = 2)] public partial Part Grow { get; }
                [LearnedGain] public partial Part Loud { get; }
            }
            """),
        new("Rows", """
            [Network]
            public sealed partial record Rows
            {
                [Block<Mixing>(6, 10), Repeat(3)] public partial Part Body { get; }
                [LayerNorm(10)] public partial Part Calm { get; }
                [Linear(60, 10)] public partial Part Out { get; }

                [return: Shape("B", 10), Shape("B", 6, 10)]
                private Flow Forward([Shape("B", 6, 10)] Flow x, [Shape("B", 6)] Flow weights)
                {
                    var rows = (x, weights) | Body;
                    var calm = rows * weights | Calm;
                    return (calm | Flatten | Out, calm);
                }
            }

            [Network]
            public sealed partial record Mixing(int Count, int Width)
            {
                [Linear(nameof(Width), "3*Width")] public partial Part Up { get; }
                [Linear("3*Width", nameof(Width))] public partial Part Down { get; }
                [Linear(nameof(Count), nameof(Count))] public partial Part Weigh { get; }

                [return: Shape("B", nameof(Count), nameof(Width))]
                private Flow Forward([Shape("B", nameof(Count), nameof(Width))] Flow x, [Shape("B", nameof(Count))] Flow weights) =>
                    x + (x | Up | SiLU | Down) * (weights | Weigh);
            }
            """),
        new("LabelledDdpm", """
            [Network]
            public sealed partial record LabelledDdpm
            {
                [ClassEmbedding(5, 6)] public partial Part Class { get; }
                [DdpmPlusPlus(4, 3, 4, OutChannels = 2, Multipliers = [1, 1, 3], Blocks = [1, 2, 1], Attention = [2, 1], Labels = 6, Dropout = [0.2])] public partial Part Net { get; }

                [return: Shape("B", 2, 4, 4)]
                private Flow Forward([Shape("B", 3, 4, 4)] Flow x, [Shape("B")] Flow level, [Shape("B", 5)] Flow label) => (x, level, label | Class) | Net;
            }
            """),
    ];
}
