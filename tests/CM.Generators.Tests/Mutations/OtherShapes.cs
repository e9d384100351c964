namespace CM.Generators.Tests.Mutations;

/// <summary>
/// Networks of other shapes than the first ones: other options of the U-Nets, odd multiples, deep nesting, functions of one's own.
/// </summary>
internal static class OtherShapes
{
    public static IEnumerable<Declared> Networks() =>
    [
        new("AdmEncoder", """
            [Network]
            public sealed partial record AdmEncoder
            {
                [Adm(12, 3, 12, OutChannels = 6, ChannelMult = [1, 3], NumBlocks = [2], AttnResolutions = [6], ChannelsPerHead = 12, EmbeddingMultiplier = 3, Dropout = [0.1, 0])] public partial Layer Net { get; }

                [return: Shape("B", 3, 12, 12), Shape("B", 3, 12, 12)]
                private Value Forward([Shape("B", 3, 12, 12)] Value x)
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
                [Edm2(12, 1, 6, ChannelMult = [1, 3], NumBlocks = [2, 1], AttnResolutions = [6], ChannelsPerHead = 9, LabelDim = 3)] public partial Layer Net { get; }

                [return: Shape("B", 1, 12, 12)]
                private Value Forward([Shape("B", 1, 12, 12)] Value x, [Shape("B")] Value level, [Shape("B", 3)] Value label) => (x, level, label) | Net;
            }
            """),
        new("NcsnAndAHead", """
            [Network]
            public sealed partial record NcsnAndAHead
            {
                [NcsnPlusPlus(8, 2, 8, ChannelMult = [1, 2, 2], NumBlocks = [1], AttnResolutions = [], EmbeddingMultiplier = 2)] public partial Layer Net { get; }
                [Conv2d(2, 5, 1)] public partial Layer Wide { get; }
                [Linear(5, 4)] public partial Layer Out { get; }

                [return: Shape("B", 4)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x, [Shape("B")] Value level) => (x, level) | Net | Wide | AveragePool(8) | Flatten | Out;
            }
            """),
        new("BlocksOfOnesOwn", """
            [Network]
            public sealed partial record BlocksOfOnesOwn : IDenoiser
            {
                [DdpmPlusPlus<Plain>(8, 2, 8, ChannelMult = [2, 1], NumBlocks = [1], AttnResolutions = [4])] public partial Layer Net { get; }

                [return: Shape("B", 2, 8, 8)]
                private Value Forward([Shape("B", 2, 8, 8)] Value x, [Shape("B")] Value level) => x - ((x, level) | Net);
            }

            [Network]
            public sealed partial record Plain(int In, int Out, int Embedding)
            {
                [Conv2d(nameof(In), nameof(Out), 3)] public partial Layer Conv1 { get; }
                [Linear(nameof(Embedding), nameof(Out))] public partial Layer Level { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(Embedding))] Value embedding) =>
                    (x | Conv1) + (embedding | Level) | ReLU;
            }
            """),
        new("FourDeep", """
            [Network]
            public sealed partial record FourDeep
            {
                private const int W = 6;

                [Conv2d(3, W, 5)] public partial Layer Stem { get; }
                [Block<Stage>(W, 2 * W)] public partial Layer First { get; }
                [Block<Stage>(2 * W, 3 * W)] public partial Layer Second { get; }
                [Conv2d(3 * W, 3, 1)] public partial Layer Head { get; }

                [return: Shape("B", 3, "H", "W")]
                private Value Forward([Shape("B", 3, "H", "W")] Value x) => x | Stem | First | Second | Head;
            }

            [Network]
            public sealed partial record Stage(int In, int Out)
            {
                [Block<Twice>(nameof(In)), Repeat(2)] public partial Layer Body { get; }
                [Conv2d(nameof(In), nameof(Out), 1)] public partial Layer Wide { get; }

                [return: Shape("B", nameof(Out), "H", "W")]
                private Value Forward([Shape("B", nameof(In), "H", "W")] Value x) => x | Body | Wide;
            }

            [Network]
            public sealed partial record Twice(int Width)
            {
                [Block<Bottleneck>(nameof(Width), "2*Width+1")] public partial Layer Neck { get; }
                [Block<Bottleneck>(nameof(Width), "Width/2+1")] public partial Layer Thin { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x) => x + 0.5 * (x | Neck | Thin);
            }

            [Network]
            public sealed partial record Bottleneck(int Width, int Inside)
            {
                [Conv2d(nameof(Width), nameof(Inside), 1)] public partial Layer In { get; }
                [Conv2d(nameof(Inside), nameof(Width), 3)] public partial Layer Out { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x) => x | In | Tanh | Out;
            }
            """),
        new("LabelledMlp", """
            [Network]
            public sealed partial record LabelledMlp
            {
                private const int D = 20;

                [ClassEmbedding(4, D, Bias = false)] public partial Layer Class { get; }
                [AugmentEmbedding(3, D)] public partial Layer Change { get; }
                [Linear(2, D, Init = Init.KaimingNormal)] public partial Layer In { get; }
                [Block<Gated>(D, 4), Repeat(2)] public partial Layer Body { get; }
                [RmsNorm(D)] public partial Layer Norm1 { get; }
                [Linear(D, 2, InitWeight = 0.5, Init = Init.XavierNormal)] public partial Layer Out { get; }

                [return: Shape("B", 2)]
                private Value Forward([Shape("B", 2)] Value x, [Shape("B", 4)] Value label, [Shape("B", 3)] Value changes)
                {
                    var told = (x | ZerosLike | PositionalEmbedding(D, endpoint: true)) + (label | Class) + (changes | Change);
                    var body = (x | In, told) | Body;
                    return x + (body | Norm1 | Out);
                }
            }

            [Network]
            public sealed partial record Gated(int Width, int Times)
            {
                [Linear(nameof(Width), "Times*Width")] public partial Layer Up { get; }
                [Linear(nameof(Width), "Times*Width")] public partial Layer Gate { get; }
                [Linear("Times*Width", nameof(Width))] public partial Layer Down { get; }

                [return: Shape("B", nameof(Width))]
                private Value Forward([Shape("B", nameof(Width))] Value x, [Shape("B", nameof(Width))] Value told)
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
                [Conv2d(2, 9, 3)] public partial Layer Stem { get; }
                [DepthwiseConv2d(9, 5, Dilation = 2)] public partial Layer Far { get; }
                [Conv2d(9, 18, 3)] public partial Layer Wide { get; }

                [return: Shape("B", 2, "3*H", "3*W")]
                private Value Forward([Shape("B", 2, "H", "W")] Value x)
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
                [Linear(7, 24)] public partial Layer In { get; }
                [ConvTranspose2d(6, 5, 3, Stride = 2, OutputPadding = 1)] public partial Layer Up1 { get; }
                [ConvTranspose2d(5, 4, 5, Stride = 3, Padding = 1)] public partial Layer Up2 { get; }
                [Conv2d(4, 3, 4, Padding = 0)] public partial Layer Cut { get; }

                [return: Shape("B", 3, 9, 9), Shape("B", 9, 27)]
                private Value Forward([Shape("B", 7)] Value x)
                {
                    var small = x | In | Unflatten(6, 2, 2) | ReLU;
                    var large = small | Up1 | ReLU | Up2;
                    var image = large | Cut;
                    return (image, image | Flatten | Unflatten(9, 27));
                }
            }
            """),
        new("Strided", """
            [Network]
            public sealed partial record Strided
            {
                [DepthwiseConv2d(4, 3, Stride = 2)] public partial Layer Half { get; }
                [Conv2d(4, 8, 1, Groups = 2)] public partial Layer Mix { get; }
                [GroupNorm(4, 8)] public partial Layer Norm1 { get; }
                [ConvTranspose2d(8, 4, 2, Stride = 2, Padding = 0)] public partial Layer Twice { get; }
                [Conv2d(8, 4, 3)] public partial Layer Head { get; }

                [return: Shape("B", 4, "2*H", "2*W")]
                private Value Forward([Shape("B", 4, "2*H", "2*W")] Value x) =>
                    Value.Cat(x, x | Half | Mix | Norm1 | Twice) | Head;
            }
            """),
        new("TermsOfParameters", """
            [Network]
            public sealed partial record TermsOfParameters
            {
                private const int D = 12;

                [Linear(D, 2 * D)] public partial Layer Level { get; }
                [Block<Halves>(2 * D, D)] public partial Layer Body { get; }

                [return: Shape("B", D), Shape("B", D, 2, 1)]
                private Value Forward([Shape("B", 2 * D)] Value x, [Shape("B")] Value t)
                {
                    var level = t | PositionalEmbedding(D) | SiLU | Level;
                    var (mean, rest) = x + level | Body;
                    return (mean, (rest, rest | ReLU) | MpCat() | Unflatten(D, 2, 1));
                }
            }

            [Network]
            public sealed partial record Halves(int Width, int Half)
            {
                [Linear(nameof(Width), "2*Width")] public partial Layer Up { get; }

                [return: Shape("B", nameof(Half)), Shape("B", "Width/2")]
                private Value Forward([Shape("B", nameof(Width))] Value x)
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
                [Conv2d(2, 6, 3)] public partial Layer Stem { get; }
                [Conv2d(12, 2, 1)] public partial Layer Head { get; }

                [return: Shape("B", 2, 4, 6)]
                private Value Forward([Shape("B", 2, 4, 6)] Value x)
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
                [Block<Describe>(1, 5)] public partial Layer Encoder { get; }
                [Linear(5, 5, Bias = false)] public partial Layer Mix { get; }
                [Block<Draw>(5, 1)] public partial Layer Decoder { get; }

                [return: Shape("B", 1, 8, 8), Shape("B", 5)]
                private Value Forward([Shape("B", 1, 8, 8)] Value x, [Shape("B", 5)] Value noise)
                {
                    var (mean, deviation) = x | Encoder;
                    var latent = mean + deviation * (noise | Mix);
                    return (latent | Decoder, latent);
                }
            }

            [Network]
            public sealed partial record Describe(int In, int Size)
            {
                [Conv2d(nameof(In), 4, 3, Stride = 2)] public partial Layer Down1 { get; }
                [Linear(64, nameof(Size))] public partial Layer Mean { get; }
                [Linear(64, nameof(Size))] public partial Layer Raw { get; }

                [return: Shape("B", nameof(Size)), Shape("B", nameof(Size))]
                private Value Forward([Shape("B", nameof(In), 8, 8)] Value x)
                {
                    var flat = x | Down1 | GELU | Flatten;
                    return (flat | Mean, flat | Raw | Softplus);
                }
            }

            [Network]
            public sealed partial record Draw(int Size, int Out)
            {
                [Linear(nameof(Size), 48)] public partial Layer In { get; }
                [Conv2d(3, nameof(Out), 3)] public partial Layer Head { get; }

                [return: Shape("B", nameof(Out), 8, 8)]
                private Value Forward([Shape("B", nameof(Size))] Value x) => x | In | Unflatten(3, 4, 4) | FirUpsample(1, 1) | Head;
            }
            """),
        new("Heads", """
            [Network]
            public sealed partial record Heads
            {
                [Conv2d(3, 20, 1)] public partial Layer In { get; }
                [Block<Looking>(20, 5, 10), Repeat(2)] public partial Layer Body { get; }
                [Block<Looking>(20, 2, 4)] public partial Layer Last { get; }
                [Conv2d(20, 3, 1)] public partial Layer Out { get; }

                [return: Shape("B", 3, 4, 6)]
                private Value Forward([Shape("B", 3, 4, 6)] Value x) => x + (x | In | Body | Last | Out);
            }

            [Network]
            public sealed partial record Looking(int Width, int Heads, int Groups)
            {
                [GroupNorm(nameof(Groups), nameof(Width))] public partial Layer Norm1 { get; }
                [Attention(nameof(Width), Heads = nameof(Heads), ProjectionInitWeight = 0.1)] public partial Layer Look { get; }
                [Conv2d(nameof(Width), "2*Width", 1, Groups = nameof(Heads))] public partial Layer Up { get; }
                [Conv2d("2*Width", nameof(Width), 1)] public partial Layer Down { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x)
                {
                    var seen = x + (x | Norm1 | Look);
                    return seen - (seen | Up | Down);
                }
            }
            """),
        new("LongChain", """
            [Network, Shape("B", 3, 16, 8)]
            public sealed partial record LongChain
            {
                [Conv2d(3, 10, 3)] public partial Layer Conv1 { get; }
                [MpConv2d(10, 10, 3), Repeat(2)] public partial Layer Even { get; }
                [MpAttention(10, ChannelsPerHead = 5)] public partial Layer Look { get; }
                [ConvTranspose2d(10, 12, 4, Stride = 2)] public partial Layer Up1 { get; }
                [LearnedGain] public partial Layer Loud { get; }
            }
            """),
        new("Rows", """
            [Network]
            public sealed partial record Rows
            {
                [Block<Mixing>(6, 10), Repeat(3)] public partial Layer Body { get; }
                [LayerNorm(10)] public partial Layer Norm1 { get; }
                [Linear(60, 10)] public partial Layer Out { get; }

                [return: Shape("B", 10), Shape("B", 6, 10)]
                private Value Forward([Shape("B", 6, 10)] Value x, [Shape("B", 6)] Value weights)
                {
                    var rows = (x, weights) | Body;
                    var calm = rows * weights | Norm1;
                    return (calm | Flatten | Out, calm);
                }
            }

            [Network]
            public sealed partial record Mixing(int Count, int Width)
            {
                [Linear(nameof(Width), "3*Width")] public partial Layer Up { get; }
                [Linear("3*Width", nameof(Width))] public partial Layer Down { get; }
                [Linear(nameof(Count), nameof(Count))] public partial Layer Weigh { get; }

                [return: Shape("B", nameof(Count), nameof(Width))]
                private Value Forward([Shape("B", nameof(Count), nameof(Width))] Value x, [Shape("B", nameof(Count))] Value weights) =>
                    x + (x | Up | SiLU | Down) * (weights | Weigh);
            }
            """),
        new("LabelledDdpm", """
            [Network]
            public sealed partial record LabelledDdpm
            {
                [ClassEmbedding(5, 6)] public partial Layer Class { get; }
                [DdpmPlusPlus(4, 3, 4, OutChannels = 2, ChannelMult = [1, 1, 3], NumBlocks = [1, 2, 1], AttnResolutions = [2, 1], LabelDim = 6, Dropout = [0.2])] public partial Layer Net { get; }

                [return: Shape("B", 2, 4, 4)]
                private Value Forward([Shape("B", 3, 4, 4)] Value x, [Shape("B")] Value level, [Shape("B", 5)] Value label) => (x, level, label | Class) | Net;
            }
            """),
    ];
}
