using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>U-Nets as one layer: their numbers, their blocks, and what is said of those that do not fit.</summary>
public sealed class UNetTests
{
    private const string Block = """
        [Network]
        public sealed partial record ResidualBlock(int In, int Out, int Embedding)
        {
            [Conv2d(nameof(In), nameof(Out), 3)] public partial Layer Mix { get; }
            [Linear(nameof(Embedding), nameof(Out))] public partial Layer Level { get; }

            [return: Shape("B", nameof(Out), "H", "W")]
            private Value Forward([Shape("B", nameof(In), "H", "W")] Value x, [Shape("B", nameof(Embedding))] Value embedding) => (x | Mix) + (embedding | Level);
        }
        """;

    [Theory]
    [InlineData("DdpmPlusPlus<ResidualBlock>(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1], AttnResolutions = [8])", "enc.8x8_block0_attention.qkv.weight")]
    [InlineData("NcsnPlusPlus<ResidualBlock>(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1], AttnResolutions = [8])", "enc.8x8_aux_residual.weight")]
    [InlineData("Adm<ResidualBlock>(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1], ChannelsPerHead = 16)", "enc.8x8_block0_attention.qkv.weight")]
    [InlineData("Edm2<ResidualBlock>(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1], ChannelsPerHead = 16)", "enc.8x8_block0_attention.attn_qkv.weight")]
    public void A_block_of_ones_own(string layer, string parameter)
    {
        var emitted = Emitted.From(Declare(layer) + Block);
        using var store = emitted.NewStore("Net");
        store.Layout.Parameters.ShouldContain(spec => spec.Name == "Unet." + parameter);
        store["Unet.enc.8x8_block0.Mix.weight"].shape.ShouldBe([32, 16, 3, 3]);
        using var module = emitted.NewModule("Net", store);
        Emitted.Forward(module, OneLayer.Image(3, 16), zeros(2))[0].shape.ShouldBe([2, 3, 16, 16]);
    }

    /// <summary>The layout's names are those of the module, as PyTorch builds them from nested modules.</summary>
    [Fact]
    public void Names_in_the_module_are_those_in_the_store()
    {
        var emitted = Emitted.From(Declare("DdpmPlusPlus(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1])"));
        using var store = emitted.NewStore("Net");
        using var module = emitted.NewModule("Net", store);
        module.named_parameters().Select(pair => pair.name).Order().ShouldBe(store.Layout.Parameters.Select(spec => spec.Name).Order());
    }

    /// <summary>EDM2 starts as a constant function: its output's gain is 0 (Karras et al. 2024).</summary>
    [Fact]
    public void Edm2_starts_at_zero()
    {
        var emitted = Emitted.From(Declare("Edm2(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [1])"));
        using var store = emitted.NewStore("Net");
        using var module = emitted.NewModule("Net", store);
        Emitted.Forward(module, OneLayer.Image(3, 16), zeros(2))[0].abs().max().item<float>().ShouldBe(0);
    }

    [Theory]
    [InlineData("DdpmPlusPlus(30, 3, 16)", "CM1008 at '30': 'resolution' of 'Unet' must be a multiple of 8, for each of the 4 multipliers but the first halves it")]
    [InlineData("NcsnPlusPlus(16, 3, 150, ChannelMult = [1])", "CM1008 at '150': 'modelChannels' of 'Unet' must be a number whose channels can be split into groups; 32 groups do not divide 150 channels")]
    [InlineData("DdpmPlusPlus(16, 3, 15, ChannelMult = [4])", "CM1008 at '15': 'modelChannels' of 'Unet' must be even, for sines and cosines")]
    [InlineData("DdpmPlusPlus(16, 3, 16, NumBlocks = [1, 2])", "CM1008 at 'NumBlocks = [1, 2]': 'numBlocks' of 'Unet' must be 1 or more: one number, or one for each multiplier")]
    [InlineData("DdpmPlusPlus(16, 3, 16, Dropout = [1])", "CM1008 at 'Dropout = [1]': 'dropout' of 'Unet' must be from 0 up to, but not including, 1: one number, or one for each multiplier")]
    [InlineData("DdpmPlusPlus(32, 3, 16)", "CM2005 at 'Unet': 'Unet' takes [B, 3, 32, 32] but 'x' is [B, 3, 16, 16]: height is 16 but must be 32, width is 16 but must be 32. It fits with resolution = 16 on 'Unet'.")]
    [InlineData("Edm2(16, 4, 16, OutChannels = 3)", "CM2005 at 'Unet': 'Unet' takes [B, 4, 16, 16] but 'x' is [B, 3, 16, 16]: channels is 3 but must be 4. It fits with channels = 3 on 'Unet'.")]
    [InlineData("Adm(16, 3, 16, LabelDim = 10)", "CM2012 at 'Unet': 'Unet' takes 3 values but gets 2")]
    public void What_does_not_fit(string layer, string message) => Source.Diagnose(Declare(layer)).ShouldBe([message]);

    private static string Declare(string layer) => $$"""
        [Network]
        public sealed partial record Net : IDenoiser
        {
            [{{layer}}] public partial Layer Unet { get; }

            [return: Shape("B", 3, 16, 16)]
            private Value Forward([Shape("B", 3, 16, 16)] Value x, [Shape("B")] Value level) => (x, level) | Unet;
        }

        """;
}
