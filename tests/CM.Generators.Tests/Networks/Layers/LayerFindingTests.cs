using System.Globalization;

namespace CM.Generators.Tests;

/// <summary>What layers say about numbers and shapes that do not fit, and on hover about those that do.</summary>
public sealed class LayerFindingTests
{
    [Theory]
    [InlineData("[Attention(64, Heads = 5)]", "Heads = 5", "5 (heads of 'Only') does not divide its 64 channels. It fits with Heads = 4 on 'Only'.")]
    [InlineData("[Attention(64, ChannelsPerHead = 48)]", "ChannelsPerHead = 48", "48 (channelsPerHead of 'Only') does not divide its 64 channels. It fits with ChannelsPerHead = 64 on 'Only'.")]
    [InlineData("PixelShuffle(3)", "3", "9 (factor² of 'PixelShuffle(3)') does not divide its 64 channels.")]
    [InlineData("PixelUnshuffle(3)", "3", "3 (factor of 'PixelUnshuffle(3)') does not divide its 8 rows.")]
    public void Sizes_that_do_not_divide(string layer, string at, string message) =>
        Findings(layer).ShouldBe([("CM2007", at, message)]);

    [Theory]
    [InlineData("[Attention(64, Heads = 0)]", "'heads' of 'Only' must be 1 or more")]
    [InlineData("[Attention(64, Heads = 2, ChannelsPerHead = 32)]", "'channelsPerHead' of 'Only' must be left out where Heads is given")]
    [InlineData("[Attention(64, ProjectionInitWeight = -1)]", "'projectionInitWeight' of 'Only' must be 0 or more")]
    [InlineData("[Conv2d(64, 64, 3, InitWeight = -1)]", "'initWeight' of 'Only' must be 0 or more")]
    [InlineData("[ConvTranspose2d(64, 64, 4, Stride = 2, OutputPadding = 2)]", "'outputPadding' of 'Only' must be 0 or more, and less than the stride")]
    [InlineData("[DepthwiseConv2d(64, 0)]", "'kernel' of 'Only' must be 1 or more")]
    [InlineData("FirUpsample(1, -1)", "'taps' of 'FirUpsample(1, -1)' must be one tap or more, with a sum that is not 0")]
    [InlineData("FirDownsample()", "'taps' of 'FirDownsample()' must be one tap or more, with a sum that is not 0")]
    [InlineData("PixelShuffle(1)", "'factor' of 'PixelShuffle(1)' must be 2 or more")]
    [InlineData("[MpConv2d(64, 64, 2)]", "'kernel' of 'Only' must be an odd number")]
    [InlineData("Clamp(0)", "'bound' of 'Clamp(0)' must be above 0")]
    [InlineData("[RmsNorm(8, Epsilon = 0)]", "'epsilon' of 'Only' must be above 0")]
    public void Numbers_out_of_range(string layer, string message) =>
        Findings(layer).ShouldContain(finding => finding.Id == "CM1008" && finding.Message == message);

    [Fact]
    public void A_mean_over_height_and_width_needs_both() =>
        Source.Findings(OneLayer.Declare("GlobalAveragePool", "\"B\", 8", "\"B\", 8")).ShouldHaveSingleItem().GetMessage(CultureInfo.InvariantCulture)
            .ShouldStartWith("'GlobalAveragePool' takes [B, channels, height, width] but 'x' is [B, 8]");

    [Theory]
    [InlineData("Attention(nameof(N))", "\"B\", nameof(N), 8, 8", "channels")]
    [InlineData("Attention(12, Heads = nameof(N))", "\"B\", 12, 8, 8", "heads")]
    [InlineData("Conv2d(12, 12, 3, Groups = nameof(N))", "\"B\", 12, 8, 8", "groups")]
    [InlineData("ConvTranspose2d(12, nameof(N), 4)", "\"B\", 12, 8, 8", "output")]
    [InlineData("ClassEmbedding(nameof(N), 8)", "\"B\", nameof(N)", "classes")]
    [InlineData("AugmentEmbedding(9, nameof(N))", "\"B\", 9", "channels")]
    [InlineData("RmsNorm(nameof(N))", "\"B\", nameof(N)", "size")]
    [InlineData("MpFourier(nameof(N))", "\"B\"", "channels")]
    [InlineData("MpConv2d(12, nameof(N), 3)", "\"B\", 12, 8, 8", "output")]
    public void Sizes_that_vanish_in_a_block(string layer, string input, string size)
    {
        var source = $$"""
            [Network]
            public sealed partial record Net
            {
                [Block<Inner>(0)] public partial Layer Only { get; }

                [return: Shape("B", 1)]
                private Value Forward([Shape({{input.Replace("nameof(N)", "0")}})] Value x) => x | Only;
            }

            [Network, Shape({{input}})]
            public sealed partial record Inner(int N)
            {
                [{{layer}}] public partial Layer Vanishes { get; }
            }
            """;
        Source.Findings(source).ShouldContain(finding => finding.Id == "CM2011" && finding.GetMessage().StartsWith($"'Only' cannot be built with these sizes: in 'Inner', {size} of 'Vanishes' is 1 or more, but it is 0."));
    }

    [Theory]
    [InlineData("[ClassEmbedding(10, 8, LabelDropout = 1)]", "\"B\", 10", "CM1008", "'labelDropout' of 'Only' must be from 0 up to, but not including, 1")]
    [InlineData("[ClassEmbedding(10, 8)]", "\"B\", 12", "CM2001", "'Only' expects width 10 but 'x' [B, 12] has 12.")]
    [InlineData("[AugmentEmbedding(9, 8)]", "\"B\"", "CM2002", "'Only' (AugmentEmbedding) takes [B, labels] but 'x' is [B]")]
    [InlineData("[Attention(32)]", "\"B\", 64, 8, 8", "CM2001", "'Only' expects channels 32 but 'x' [B, 64, 8, 8] has 64.")]
    [InlineData("[Attention(32)]", "\"B\", 32, 8", "CM2002", "'Only' (Attention) takes [B, channels, height, width] but 'x' is [B, 32, 8]")]
    [InlineData("[DepthwiseConv2d(32, 3)]", "\"B\", 64, 8, 8", "CM2001", "'Only' expects channels 32 but 'x' [B, 64, 8, 8] has 64.")]
    [InlineData("[ConvTranspose2d(32, 32, 4)]", "\"B\", 64, 8, 8", "CM2001", "'Only' expects channels 32 but 'x' [B, 64, 8, 8] has 64.")]
    [InlineData("[ConvTranspose2d(64, 32, 1, Padding = 4)]", "\"B\", 64, 8, 8", "CM2008", "'Only' leaves nothing of 'x' [B, 64, 8, 8]: its height is only 8")]
    [InlineData("FirDownsample([1, 3, 3, 1], padding: 0)", "\"B\", 3, 2, 2", "CM2008", "'FirDownsample([1, 3, 3, 1], padding: 0)' leaves nothing of 'x' [B, 3, 2, 2]: its height is only 2")]
    [InlineData("[MpFourier(8)]", "\"B\", 1", "CM2002", "'Only' (MpFourier) takes [B] but 'x' is [B, 1]")]
    [InlineData("[MpLinear(8, 8)]", "\"B\", 9", "CM2001", "'Only' expects width 8 but 'x' [B, 9] has 9.")]
    [InlineData("[RmsNorm(8)]", "\"B\", 4, 9", "CM2001", "'Only' expects axis 2 8 but 'x' [B, 4, 9] has 9.")]
    [InlineData("PixelNorm", "\"B\"", "CM2002", "'PixelNorm' takes [B, channels, …] but 'x' is [B]")]
    [InlineData("MpSum(0.3)", "\"B\", 8", "CM2012", "'MpSum(0.3)' takes 2 values but gets 1")]
    public void Shapes_that_do_not_fit(string layer, string input, string id, string message)
    {
        var finding = Source.Findings(OneLayer.Declare(layer, input, "\"B\", 8")).ShouldHaveSingleItem();
        finding.Id.ShouldBe(id);
        finding.GetMessage().ShouldStartWith(message);
    }

    [Theory]
    [InlineData("[AdaptiveGroupNorm(7, 64, 32)]", "\"B\", 64, 8, 8", "\"B\", 32", "CM2007", "7 (groups of 'Only') does not divide its 64 channels. It fits with groups = 8 on 'Only'.")]
    [InlineData("[AdaptiveGroupNorm(8, 64, 32)]", "\"B\", 64, 8, 8", "\"B\", 33", "CM2001", "'Only' expects width 32 but 'y' [B, 33] has 33.")]
    [InlineData("[AdaptiveGroupNorm(8, 64, 32)]", "\"B\", 64, 8, 8", "\"B\"", "CM2002", "'Only' (AdaptiveGroupNorm) takes [B, embedding] but 'y' is [B]")]
    [InlineData("[AdaptiveGroupNorm(8, 64, 32)]", "\"B\", 64, 8, 8", "\"N\", 32", "CM2001", "'Only' expects batch B but 'y' [N, 32] has N.")]
    [InlineData("MpSum(0.3)", "\"B\", 64, 8, 8", "\"B\", 64, 4, 8", "CM2001", "'MpSum(0.3)' expects height 8 but 'y' [B, 64, 4, 8] has 4.")]
    [InlineData("MpCat()", "\"B\", 64, 8, 8", "\"B\", 64, 8, 4", "CM2001", "'MpCat()' expects width 8 but 'y' [B, 64, 8, 4] has 4.")]
    [InlineData("MpCat()", "\"B\", 64, 8, 8", "\"B\", 64", "CM2002", "'MpCat()' takes [B, channels, 8, 8] but 'y' is [B, 64]")]
    public void Second_inputs_that_do_not_fit(string layer, string first, string second, string id, string message)
    {
        var finding = Source.Findings(OneLayer.Declare(layer, [first, second], first)).ShouldHaveSingleItem();
        finding.Id.ShouldBe(id);
        finding.GetMessage().ShouldStartWith(message);
    }

    [Fact]
    public void An_open_height_must_be_divisible_by_what_is_missing()
    {
        Source.Findings(OneLayer.Declare("PixelUnshuffle(4)", "\"B\", 3, \"4*H\", \"8*W\"", "\"B\", 48, \"H\", \"2*W\"")).ShouldBeEmpty();
        var emitted = Emitted.From(OneLayer.Declare("PixelUnshuffle(4)", "\"B\", 3, \"H\", 8", "\"B\", 48, \"H/4\", 2"));
        using var store = emitted.NewStore("Net");
        using var module = emitted.NewModule("Net", store);
        Emitted.Forward(module, TorchSharp.torch.ones(1, 3, 8, 8))[0].shape.ShouldBe([1, 48, 2, 2]);
        Should.Throw<ArgumentException>(() => Emitted.Forward(module, TorchSharp.torch.ones(1, 3, 6, 8))).Message.ShouldContain("CM2009");
    }

    [Theory]
    [InlineData("[Attention(64, ChannelsPerHead = 32)]", "Attention 64, 2 heads", 64 * 192 + 192 + 64 * 64 + 64, 4 * 64 * 64 * 64 + 2 * 64 * 64 * 64)]
    [InlineData("[MpAttention(64)]", "MpAttention 64, 1 head", 64 * 192 + 64 * 64, 4 * 64 * 64 * 64 + 2 * 64 * 64 * 64)]
    [InlineData("[DepthwiseConv2d(64, 3)]", "Depthwise Conv2d 64→64, 3×3, 64 groups", 64 * 10, 64 * 9 * 64)]
    [InlineData("[ConvTranspose2d(64, 64, 3)]", "ConvTranspose2d 64→64, 3×3", 64 * 64 * 9 + 64, 64 * 64 * 9 * 64)]
    [InlineData("[MpConv2d(64, 64, 3, Gain = 0.5)]", "MpConv2d 64→64, 3×3, gain 0.5", 64 * 64 * 9, 64 * 64 * 9 * 64)]
    [InlineData("FirDownsample([1, 2, 1], padding: 2)", "FirDownsample 1 2 1, padding 2", 0, 64 * 5 * 5 * 9)]
    [InlineData("[LearnedGain]", "LearnedGain", 1, 0)]
    public void Hover_tells_kind_parameters_and_work(string layer, string kind, long parameters, long work)
    {
        var output = layer.Contains("Fir") ? "\"B\", 64, 5, 5" : "\"B\", 64, 8, 8";
        var text = Source.Generate(OneLayer.Declare(layer, "\"B\", 64, 8, 8", output))["Networks/Test.Net.g.cs"];
        text.ShouldContain(layer.StartsWith('[') ? $"<summary>{kind} · [B, 64, 8, 8] → [{output.Replace("\"", "")}] · " : $"new(\"{layer}\", \"{kind}\", \"[B, 64, 8, 8]\", \"[{output.Replace("\"", "")}]\", 0)");
        text.ShouldContain($"[Contract(\"{parameters}\", \"{work}\",");
    }

    [Fact]
    public void Hover_on_a_network_tells_its_size_beside_what_the_user_says()
    {
        Source.Generate("/// <summary>Mine.</summary>\n" + OneLayer.Declare("[Conv2d(3, 4, 3), Repeat(1)]", "\"B\", 3, 8, 8", "\"B\", 4, 8, 8"), out var output);
        var hover = output.GetTypeByMetadataName("Test.Net")!.GetDocumentationCommentXml()!;
        hover.ShouldContain("<summary>Mine.</summary>");
        hover.ShouldContain($"<remarks>[B, 3, 8, 8] → [B, 4, 8, 8] · 112 parameters · for each example {4 * 3 * 9 * 64:N0} multiply-adds and {4 * 64 * (3 + 4):N0} bytes of activations</remarks>");
    }

    private static (string Id, string At, string Message)[] Findings(string layer) =>
        [.. Source.Findings(OneLayer.Declare(layer, "\"B\", 64, 8, 8", "\"B\", 64, 8, 8")).Select(finding =>
            (finding.Id, finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan), finding.GetMessage()))];
}
