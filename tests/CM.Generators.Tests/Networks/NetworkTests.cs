using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TorchSharp;

namespace CM.Generators.Tests;

public sealed class NetworkTests
{
    private const string Planar = """
        /// <summary>Points in the plane.</summary>
        [Network]
        public sealed partial record Planar : IDenoiser
        {
            private const int Width = 128;

            /// <summary>The level as waves.</summary>
            [FourierEmbedding(64, Scale = 1)] public partial Layer TimeEmbedding { get; }
            [Linear(64, Width)] public partial Layer Level { get; }
            [Linear(2, Width)] public partial Layer In { get; }
            [Block<Residual>(Width), Repeat(3)] public partial Layer Body { get; }
            [Linear(Width, 2)] public partial Layer Out { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) =>
                ((x | In) + (level | TimeEmbedding | Level)) | Body | Out;
        }

        [Network]
        public sealed partial record Residual(int Width)
        {
            [Linear(nameof(Width), nameof(Width))] public partial Layer Linear1 { get; }

            [return: Shape("B", nameof(Width))]
            private Value Forward([Shape("B", nameof(Width))] Value x) => x + (x | SiLU | Linear1);
        }
        """;

    private const string UNet = """
        [Network]
        public sealed partial record UNet : IDenoiser
        {
            private const int C = 64, T = 256;

            [Conv2d(3, C, 3)] public partial Layer Stem { get; }
            [Block<ResBlock>(C, C, T)] public partial Layer Down { get; }
            [Conv2d(C, 2 * C, 3, Stride = 2, Padding = 1)] public partial Layer Down1 { get; }
            [Block<ResBlock>(2 * C, 2 * C, T)] public partial Layer Middle { get; }
            [Block<ResBlock>(3 * C, C, T)] public partial Layer Up { get; }
            [Conv2d(C, 3, 1)] public partial Layer Head { get; }

            [return: Shape("B", 3, 32, 32)]
            private Value Forward([Shape("B", 3, 32, 32)] Value x, [Shape("B")] Value t)
            {
                var time = t | PositionalEmbedding(T, sineFirst: true);
                var skip = (x | Stem, time) | Down;
                var deep = (skip | Down1, time) | Middle | Upsample(2);
                return (Value.Cat(deep, skip), time) | Up | Head;
            }
        }

        [Network]
        public sealed partial record ResBlock(int In, int Out, int Time)
        {
            [GroupNorm(8, nameof(In))] public partial Layer Norm1 { get; }
            [Conv2d(nameof(In), nameof(Out), 3)] public partial Layer Linear1 { get; }
            [Linear(nameof(Time), nameof(Out))] public partial Layer Clock { get; }
            [Conv2d(nameof(In), nameof(Out), 1)] public partial Layer Short { get; }

            [return: Shape("B", nameof(Out), "H", "W")]
            private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(Time))] Value t) =>
                (x | Norm1 | SiLU | Linear1) + (t | Clock) + (x | Short);
        }
        """;

    [Theory]
    [InlineData("Planar", Planar)]
    [InlineData("UNet", UNet)]
    [InlineData("EveryLayer", """
        [Network]
        public sealed partial record EveryLayer
        {
            [Conv2d(3, 8, 3, Stride = 2, Dilation = 2, Groups = 1, Bias = false)] public partial Layer Stem { get; }
            [GroupNorm(4, 8, Epsilon = 1e-6)] public partial Layer Norm1 { get; }
            [Dropout(0.1)] public partial Layer Drop { get; }
            [LayerNorm(128)] public partial Layer Level { get; }
            [Linear(128, 128, Bias = false), Repeat(2)] public partial Layer Linear1 { get; }

            [return: Shape("B", 8, 4, 4), Shape("B", 8, 4, 4)]
            private Value Forward([Shape("B", 3, 16, 16)] Value x)
            {
                var small = x | Stem | Norm1 | Drop | AveragePool(2) | Upsample(2) | Downsample(2);
                var flat = small | Flatten | Level | GELU | Linear1;
                return (2 * (flat | Unflatten(8, 4, 4)) - small, -(small | Scale(0.5)) + 1);
            }
        }
        """)]
    [InlineData("MagnitudePreservingBlock", """
        /// <summary>EDM2's encoder block with its attention.</summary>
        [Network]
        public sealed partial record MagnitudePreservingBlock(int In, int Out, int Embedding)
        {
            [MpConv2d(nameof(In), nameof(Out), 1)] public partial Layer Skip { get; }
            [MpConv2d(nameof(Out), nameof(Out), 3)] public partial Layer First { get; }
            [MpLinear(nameof(Embedding), nameof(Out))] public partial Layer Embed { get; }
            [LearnedGain] public partial Layer Loud { get; }
            [Dropout(0.1)] public partial Layer Drop { get; }
            [MpConv2d(nameof(Out), nameof(Out), 3)] public partial Layer Second { get; }
            [MpAttention(nameof(Out), ChannelsPerHead = 64)] public partial Layer Attend { get; }

            [return: Shape("B", nameof(Out), "H", "W")]
            private Value Forward([Shape("B", nameof(In), "2*H", "2*W")] Value image, [Shape("B", nameof(Embedding))] Value embedding)
            {
                var x = image | FirDownsample(1, 1) | Skip | PixelNorm;
                var y = (x | MpSiLU | First) * ((embedding | Embed | Loud) + 1);
                var sum = (x, y | MpSiLU | Drop | Second) | MpSum(0.3);
                return (sum, sum | Attend) | MpSum(0.3) | Clamp(256);
            }
        }
        """)]
    [InlineData("Straight", """
        [Network, Shape("B", 2)]
        public sealed partial record Straight
        {
            [Linear(2, 8)] public partial Layer In { get; }
            [LayerNorm(8)] public partial Layer Norm { get; }
            [Linear(8, 2)] public partial Layer Out { get; }
        }
        """)]
    public async Task Generated_text(string name, string source)
    {
        foreach (var (hint, text) in Source.Generate(source).Where(file => file.Key.StartsWith("Networks/", StringComparison.Ordinal)))
            await Snapshot.Match(text, $"Network.{name}#{Path.GetFileName(hint)[..^3]}");
    }

    [Fact]
    public void A_network_that_does_not_fit_still_compiles()
    {
        var files = Source.Generate(UNet.Replace("Padding = 1", "Padding = 0"));
        files["Networks/Test.UNet.g.cs"].ShouldContain("CM2003");
    }

    /// <summary>While somebody types, a block may have a layer that no one knows the size of.</summary>
    [Fact]
    public void A_block_of_unknown_size_leaves_the_code_around_it_whole()
    {
        var files = Source.Generate(Planar.Replace("[Linear(nameof(Width), nameof(Width))]", "[Linear(nameof(Width), \"Wider\")]"));
        var around = files["Networks/Test.Planar.g.cs"];
        CSharpSyntaxTree.ParseText(around).GetDiagnostics().ShouldBeEmpty();
        around.ShouldContain("""new("Body", "Residual(128), 3 times", "[B, 128]", "[B, 128]", -1)""");
    }

    [Fact]
    public void Skips_of_different_height_name_both_shapes_the_cause_and_what_fits() =>
        Source.Diagnose(UNet.Replace("Padding = 1", "Padding = 0")).ShouldBe(
        [
            "CM2003 at 'skip': Cannot join 'deep' [B, 128, 30, 30] with 'skip' [B, 64, 32, 32] along channels: height is 30 against 32, width is 30 against 32."
            + " 'Down1' turned 32 into 15 and 'Upsample(2)' turned 15 into 30. It fits with Padding = 1 on 'Down1'.",
        ]);

    [Fact]
    public void A_wrong_width_names_the_layer_that_made_it() =>
        Source.Diagnose(Planar.Replace("[Linear(64, Width)]", "[Linear(32, Width)]")).ShouldBe(
            ["CM2001 at 'Level': 'Level' expects width 32 but 'timeEmbedding' [B, 64] has 64. 'TimeEmbedding' made it 64. It fits with channels = 32 on 'TimeEmbedding'."]);

    [Fact]
    public void A_block_with_wrong_sizes_is_found_where_it_is_called() =>
        Source.Diagnose(UNet.Replace("[Block<ResBlock>(3 * C, C, T)]", "[Block<ResBlock>(2 * C, C, T)]")).ShouldBe(
        [
            "CM2005 at 'Up': 'Up' takes [B, 128, 32, 32] but 'joined' is [B, 192, 32, 32]: channels is 192 but must be 128. Value.Cat joined 128 of 'deep' ('Down1' made it 128) and 64 of 'skip' ('Stem' made it 64). It fits with In = 192 on 'Up'.",
        ]);

    [Fact]
    public void A_block_that_would_leave_nothing_is_found_where_it_is_used() =>
        Source.Diagnose("""
            [Network]
            public sealed partial record Small
            {
                [Block<Halve>(4)] public partial Layer First { get; }
                [Block<Halve>(0)] public partial Layer Second { get; }

                [return: Shape("B", 3, 1, 1), Shape("B", 3, 0, 0)]
                private Value Forward([Shape("B", 3, 2, 2)] Value x)
                {
                    var small = x | First;
                    return (small, small | Second);
                }
            }

            [Network]
            public sealed partial record Halve(int Hidden)
            {
                [Conv2d(3, nameof(Hidden), 3)] public partial Layer Widen { get; }
                [Conv2d(nameof(Hidden), 3, 1)] public partial Layer Back { get; }

                [return: Shape("B", 3, "H/2", "W/2")]
                private Value Forward([Shape("B", 3, "H", "W")] Value x) => x | Widen | AveragePool(2) | Back;
            }
            """).ShouldBe(
        [
            "CM2011 at 'Block<Halve>(0)': 'Second' cannot be built with these sizes: in 'Halve', output of 'Widen' is 1 or more, but it is 0.",
            "CM2011 at 'Block<Halve>(0)': 'Second' cannot be built with these sizes: in 'Halve', the height that 'AveragePool(2)' leaves is 1 or more, but it is 0.",
            "CM2011 at 'Block<Halve>(0)': 'Second' cannot be built with these sizes: in 'Halve', the width that 'AveragePool(2)' leaves is 1 or more, but it is 0.",
        ]);

    /// <summary>
    /// Names that clash, a value spread twice over an open axis, an input that is returned, a copy that is no repetition.
    /// </summary>
    [Fact]
    public void Generated_code_keeps_its_names_and_values_apart()
    {
        var emitted = Emitted.From("""
            [Network]
            public sealed partial record Awkward
            {
                [Linear(3, 3), Repeat(2)] public partial Layer Mix { get; }
                [Linear(3, 3)] public partial Layer Mix1 { get; }
                [Linear(3, 5), Repeat(1)] public partial Layer Wide { get; }
                [Block<Same>] public partial Layer same { get; }
                [Dropout(0.5)] public partial Layer Drop { get; }

                [return: Shape("B", "N", 3), Shape("B", "N", 3), Shape("B", "N", 5)]
                private Value Forward([Shape("B", "N", 3)] Value training, [Shape("B", "N")] Value last)
                {
                    var mix1 = training | Mix | Mix1 | Drop;
                    var (a, b) = (mix1 * last + last, training);
                    var kept = a | same;
                    return (kept | same, b, training | Wide);
                }
            }

            [Network]
            public sealed partial record Same
            {
                [return: Shape("B", "N", "C")]
                private Value Forward([Shape("B", "N", "C")] Value x) => x;
            }
            """);
        using var store = emitted.NewStore("Awkward");
        var module = emitted.NewModule("Awkward", store);
        module.eval();
        var (x, scale) = (torch.linspace(-1, 1, 24, torch.float32).view(2, 4, 3), torch.linspace(0, 1, 8, torch.float32).view(2, 4));
        var turned = x;
        foreach (var layer in new[] { "Mix.0", "Mix.1", "Mix1" })
            turned = turned.matmul(store[layer + ".weight"].t()) + store[layer + ".bias"];
        var results = Emitted.Forward(module, x, scale);
        results[0].allclose(turned * scale.unsqueeze(2) + scale.unsqueeze(2), 1e-4, 1e-5).ShouldBeTrue();
        results[1].Dispose();
        x.sum().ToSingle().ShouldBe(0, 1e-5f);
        results[2].shape.ShouldBe([2, 4, 5]);
    }

    [Fact]
    public void A_network_around_a_broken_block_still_compiles()
    {
        var files = Source.Generate("""
            [Network]
            public sealed partial record Around
            {
                [Block<Broken>] public partial Layer Inner { get; }

                [return: Shape("B", 4)]
                private Value Forward([Shape("B", 3)] Value x) => x | Inner;
            }

            [Network, Shape("B", 3)]
            public sealed partial record Broken
            {
                [Linear(4, 4)] public partial Layer Linear1 { get; }
            }
            """);
        files["Networks/Test.Around.g.cs"].ShouldContain("one of its blocks does not");
    }

    [Theory]
    [InlineData("[Linear(64, Width)]", "[Linear(64, 2 * Width)]", "CM2004")]
    [InlineData("[Linear(Width, 2)]", "[Linear(Width, 3)]", "CM2006")]
    [InlineData("| Body | Out", "| Out", "CM1005")]
    [InlineData("(level | TimeEmbedding | Level)", "(level | Level)", "CM2002")]
    [InlineData("| Body | Out", "| Bodi | Out", "CM1004")]
    [InlineData("Layer Out { get; }", "Layer? Out { get; }", null)]
    public void One_mistake_gives_one_finding(string old, string changed, string? id)
    {
        Planar.ShouldContain(old);
        var findings = Source.Findings(Planar.Replace(old, changed)).Where(finding => finding.Severity == DiagnosticSeverity.Error || id == "CM1005").ToArray();
        findings.Select(finding => finding.Id).Distinct().ShouldBe(id is null ? [] : [id]);
    }

    [Fact]
    public void A_moved_line_rewrites_nothing() =>
        Caching.ReasonsAfter(Planar, "// a remark\n" + Planar, StepNames.ReadNetwork).ShouldAllBe(reason => reason == IncrementalStepRunReason.Unchanged || reason == IncrementalStepRunReason.Cached);

    [Fact]
    public void A_changed_number_rewrites_its_network_alone() =>
        Caching.ReasonsAfter(UNet + Planar, UNet + Planar.Replace("Repeat(3)", "Repeat(4)"), StepNames.ReadNetwork)
            .Count(reason => reason == IncrementalStepRunReason.Modified).ShouldBe(1);

    [Fact]
    public void The_users_own_words_stay_on_hover()
    {
        Source.Generate(Planar, out var output);
        var wave = output.GetTypeByMetadataName("Test.Planar")!.GetMembers("TimeEmbedding").Single();
        wave.GetDocumentationCommentXml().ShouldNotBeNull().ShouldContain("The level as waves.");
        wave.GetDocumentationCommentXml()!.ShouldContain("[B] → [B, 64]");
    }
}
