using System.Text;
using System.Text.Json;
using CM.Runtime;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>The standard U-Nets against the reference implementations: names, shapes, results and every parameter's gradient.</summary>
public sealed class UNetGoldenTests(ITestOutputHelper log)
{
    /// <summary>
    /// Every result, and every gradient that a case holds whole, is compared as max |a − b| / max |b|, the norms of gradients one by one.
    /// </summary>
    [Theory]
    [InlineData("N01_ddpmpp", 1e-5)]
    [InlineData("N02_ddpmpp_gray28", 1e-5)]
    [InlineData("N03_ddpmpp_cond", 1e-5)]
    [InlineData("N04_ncsnpp", 2.1e-5)]
    [InlineData("N05_adm", 1.2e-5)]
    [InlineData("N06_adm_heads", 1.8e-5)]
    [InlineData("N07_edm2", 1e-5)]
    [InlineData("N08_edm2_cond", 1e-5)]
    [InlineData("N09_edm2_heads", 1.5e-5)]
    [InlineData("N18_full_ddpmpp", 1e-5)]
    public void Results_and_gradients_of_the_reference(string name, double tolerance)
    {
        var golden = new Golden(name);
        using var net = new Built(golden, "net");
        Compare(net, golden, name, tolerance);
    }

    /// <summary>
    /// Dropout with the masks of the reference: where it lies, in which order, how it scales. EDM2 normalises its weights on the way.
    /// </summary>
    [Theory]
    [InlineData("N15_dropout_ddpmpp", 2.3e-5)]
    [InlineData("N16_dropout_edm2", 1e-5)]
    public void Dropout_of_the_reference(string name, double tolerance)
    {
        var golden = new Golden(name);
        using var net = new Built(golden, "net");
        net.Module.train();
        using var masks = golden.GiveMasks(net.Store.Context);
        Compare(net, golden, name, tolerance);
    }

    private void Compare(Built net, Golden golden, string name, double tolerance)
    {
        var x = golden["in/x"].requires_grad_(true);
        Tensor[] inputs = golden.Has("in/labels") ? [x, golden["in/c_noise"], golden["in/labels"]] : [x, golden["in/c_noise"]];
        var found = Emitted.Forward(net.Module, inputs)[0];
        Golden.ShouldMatch(found, golden["out/F_x"], tolerance, name);

        net.Store.ZeroGradients();
        (found * golden["in/w"]).mean().backward();
        Golden.ShouldMatch(x.grad!, golden["out/dloss_dx"], tolerance, name + " gradient of the input");
        net.GradientsShouldMatch(golden["grad_l2/net"], name, log);
        foreach (var parameter in golden.Under("grad/net/"))
            Golden.ShouldMatch(net.Store["Unet." + parameter].grad!, golden["grad/net/" + parameter], tolerance, $"{name} gradient of {parameter}");
    }

    /// <summary>GC's denoiser, with its own number of blocks at every level.</summary>
    [Fact]
    public void Blocks_per_level()
    {
        var golden = new Golden("N12_gc_songunet");
        using var net = new Built(golden, "net", "model.");
        Golden.ShouldMatch(Emitted.Forward(net.Module, golden["out/net_input"], golden["out/c_noise"])[0], golden["out/F_x"], 1e-5, "N12");
    }

    /// <summary>VCT's encoders: no level, twice the channels.</summary>
    [Theory]
    [InlineData("N10_vct_encoder_ddpmpp")]
    [InlineData("N11_vct_encoder_edm2")]
    public void Encoders_of_mean_and_deviation(string name)
    {
        var golden = new Golden(name);
        using var net = new Built(golden, "enc", encoder: true);
        Tensor[] inputs = golden.Has("in/labels") ? [golden["in/x"], golden["in/labels"]] : [golden["in/x"]];
        var found = Emitted.Forward(net.Module, inputs);
        Golden.ShouldMatch(found[0], golden["out/mu"], 1e-5, name + " mean");
        Golden.ShouldMatch(found[1], golden["out/std"], 1e-5, name + " deviation");

        net.Store.ZeroGradients();
        var (mean, deviation) = (found[0], found[1]);
        var kl = (0.5 * (mean.square() + (deviation + 1e-8).square() - 1) - (deviation + 1e-8).log()).sum([1L, 2, 3]);
        Golden.ShouldMatch(kl, golden["out/kl"], 1e-5, name + " KL");
        ((cat([mean, deviation], 1) * golden["in/w"]).mean() + kl.mean() / mean[0].numel()).backward();
        net.GradientsShouldMatch(golden["grad_l2/enc"], name, log);
    }

    /// <summary>The published sizes (GC's and EDM2's tables).</summary>
    [Theory]
    [InlineData("DdpmPlusPlus", 32, 3, 128, "ChannelMult = [2, 2, 2]", 55_732_739)]
    [InlineData("DdpmPlusPlus", 28, 1, 64, "ChannelMult = [2, 2, 2]", 13_621_377)]
    [InlineData("DdpmPlusPlus", 64, 3, 128, "NumBlocks = [4]", 61_804_419)]
    [InlineData("DdpmPlusPlus", 32, 3, 128, "ChannelMult = [1, 2, 2], NumBlocks = [3], AttnResolutions = []", 34_711_811)]
    [InlineData("DdpmPlusPlus", 32, 3, 128, "ChannelMult = [1, 1, 2], NumBlocks = [3, 5, 7]", 39_479_683)]
    [InlineData("DdpmPlusPlus", 64, 3, 128, "NumBlocks = [3, 3, 4, 5], AttnResolutions = []", 59_582_723)]
    [InlineData("DdpmPlusPlus", 32, 3, 32, "OutChannels = 6, ChannelMult = [2, 2, 2], NumBlocks = [1]", 1_562_246)]
    [InlineData("NcsnPlusPlus", 32, 3, 128, "ChannelMult = [2, 2, 2]", 56_395_523)]
    [InlineData("Adm", 64, 3, 192, "LabelDim = 1000", 295_899_267)]
    [InlineData("Edm2", 64, 3, 192, "LabelDim = 1000", 280_209_253)]
    [InlineData("Edm2", 64, 3, 320, "LabelDim = 1000", 777_492_197)]
    [InlineData("Edm2", 64, 3, 384, "LabelDim = 1000", 1_119_276_709)]
    [InlineData("Edm2", 64, 3, 32, "OutChannels = 6, NumBlocks = [2], LabelDim = 1000", 6_162_269)]
    public void Published_numbers_of_parameters(string kind, int resolution, int channels, int width, string more, long count) =>
        Count(kind, resolution, channels, width, more).ShouldBe(count);

    private static long Count(string kind, int resolution, int channels, int width, string more) =>
        Emitted.From(Built.Declare($"[{kind}({resolution}, {channels}, {width}, {more})]", resolution, channels, more.Contains("OutChannels = 6") ? 6 : channels, more.Contains("LabelDim") ? 1000 : 0))
            .Layout("Net").Count;

    /// <summary>A U-Net declared by the numbers of a case, with the case's weights.</summary>
    private sealed class Built : IDisposable
    {
        private readonly string[] order;
        private readonly string prefix;

        public Built(Golden golden, string part, string prefix = "", bool encoder = false)
        {
            this.prefix = prefix;
            var all = JsonDocument.Parse(golden.Text("config")).RootElement;
            var config = all.GetProperty(part);
            var (layer, resolution, channels, output, labels) = Read(config);
            var emitted = Emitted.From(encoder ? DeclareEncoder(layer, resolution, channels, labels) : Declare(layer, resolution, channels, output, labels));
            Store = emitted.NewStore("Net");
            order = golden.Texts("params_order");
            order.Select(name => "Unet." + name[prefix.Length..]).Order().ShouldBe(Store.Layout.Parameters.Select(spec => spec.Name).Order());
            var salt = all.TryGetProperty("salt", out var given) ? given.GetString() : null;
            using var _ = no_grad();
            foreach (var (spec, tensor) in Store.Layout.Parameters.Select(spec => (spec, (Tensor)Store[spec.Name])).Concat(Store.Layout.Buffers.Select(spec => (spec, Store.Buffer(spec.Name)))))
            {
                var name = spec.Name["Unet.".Length..];
                if (!name.EndsWith("resample_filter", StringComparison.Ordinal))
                    tensor.copy_(salt is null ? golden[$"{part}/{prefix}{name}"] : Formula(name, salt, spec.Shape));
            }

            Module = emitted.NewModule("Net", Store);
            Module.eval();
        }

        public ParameterStore Store { get; }

        public nn.Module Module { get; }

        /// <summary>Norms one by one, beside the largest.</summary>
        public void GradientsShouldMatch(Tensor norms, string name, ITestOutputHelper log)
        {
            using var found = tensor(order.Select(parameter => Store["Unet." + parameter[prefix.Length..]].grad!.to(float64).norm().item<double>()).ToArray());
            using var errors = (found - norms).abs() / norms.abs().max();
            var (most, at) = errors.topk(5);
            log.WriteLine($"{name}: {string.Join(", ", at.data<long>().ToArray().Select((i, k) => $"{most[k].item<double>():g2} at {order[i]}"))}");
            Golden.ShouldMatch(found, norms, 1e-5, name + " gradients");
        }

        public static string Declare(string layer, int resolution, int channels, int output, int labels)
        {
            var flows = labels > 0 ? "(x, level, labels)" : "(x, level)";
            return $$"""
                [Network]
                public sealed partial record Net
                {
                    {{layer}} public partial Layer Unet { get; }

                    [return: Shape("B", {{output}}, {{resolution}}, {{resolution}})]
                    private Value Forward([Shape("B", {{channels}}, {{resolution}}, {{resolution}})] Value x, [Shape("B")] Value level{{(labels > 0 ? $", [Shape(\"B\", {labels})] Value labels" : "")}}) => {{flows}} | Unet;
                }
                """;
        }

        public void Dispose()
        {
            Module.Dispose();
            Store.Dispose();
        }

        private static string DeclareEncoder(string layer, int resolution, int channels, int labels) => $$"""
            [Network]
            public sealed partial record Net
            {
                {{layer}} public partial Layer Unet { get; }

                [return: Shape("B", {{channels}}, {{resolution}}, {{resolution}})]
                [return: Shape("B", {{channels}}, {{resolution}}, {{resolution}})]
                private (Value, Value) Forward([Shape("B", {{channels}}, {{resolution}}, {{resolution}})] Value x{{(labels > 0 ? $", [Shape(\"B\", {labels})] Value labels" : "")}})
                {
                    var both = (x * 2, x | ZerosLike{{(labels > 0 ? ", labels" : "")}}) | Unet;
                    return (both | SliceChannels(0, {{channels}}), both | SliceChannels({{channels}}, {{channels}}) | Softplus);
                }
            }
            """;

        private static (string Layer, int Resolution, int Channels, int Output, int Labels) Read(JsonElement config)
        {
            var kind = (config.TryGetProperty("arch", out var arch) ? arch : config.GetProperty("model_type")).GetString()!;
            int Whole(string name, int missing) => config.TryGetProperty(name, out var value) ? value.GetInt32() : missing;
            string List(string name) => config.TryGetProperty(name, out var value)
                ? value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray()) : value.ToString() : "";
            var residual = config.TryGetProperty("encoder_type", out var type) && type.GetString() == "residual";
            var channels = Whole("in_channels", Whole("img_channels", 3));
            var output = Whole("out_channels", channels);
            var labels = Whole("label_dim", 0);
            var attribute = kind switch { "DhariwalUNet" => "Adm", "EDM2" or "EDM2UNet" => "Edm2", _ => residual ? "NcsnPlusPlus" : "DdpmPlusPlus" };
            var more = (attribute != "Edm2" ? $", EmbeddingMultiplier = {Whole("channel_mult_emb", 4)}" : "") + (config.TryGetProperty("channels_per_head", out var heads) ? $", ChannelsPerHead = {heads}" : "");
            var dropout = config.TryGetProperty("dropout", out var share) && share.GetDouble() > 0
                ? $", Dropout = [{string.Join(", ", config.GetProperty("channel_mult").EnumerateArray().Select((_, level) => DropsOut(level) ? share.ToString() : "0"))}]" : "";
            return ($"[{attribute}({Whole("img_resolution", 0)}, {channels}, {Whole("model_channels", 0)}, OutChannels = {output}, LabelDim = {labels}, ChannelMult = [{List("channel_mult")}], "
                + $"NumBlocks = [{List("num_blocks")}], AttnResolutions = [{List("attn_resolutions")}]{more}{dropout})]", Whole("img_resolution", 0), channels, output, labels);

            // EDM2 may drop out below a resolution alone.
            bool DropsOut(int level) => !config.TryGetProperty("dropout_res", out var most) || most.ValueKind == JsonValueKind.Null || Whole("img_resolution", 0) >> level <= most.GetInt32();
        }

        // The weights that the reference was given; see Golden/README.md.
        private static Tensor Formula(string name, string salt, long[] shape)
        {
            var hash = Encoding.UTF8.GetBytes($"{name}#{salt}").Aggregate(14695981039346656037UL, (h, b) => unchecked((h ^ b) * 1099511628211UL));
            var fan = shape.Skip(1).Aggregate(1L, (product, axis) => product * axis);
            var values = new float[shape.Aggregate(1L, (product, axis) => product * axis)];
            for (var i = 0; i < values.Length; i++)
            {
                var z = unchecked(hash + (ulong)(i + 1) * 0x9E3779B97F4A7C15UL);
                z = unchecked((z ^ z >> 30) * 0xBF58476D1CE4E5B9UL);
                z = unchecked((z ^ z >> 27) * 0x94D049BB133111EBUL);
                z ^= z >> 31;
                var u = (z >> 40) / (double)(1 << 24);
                values[i] = (float)(shape.Length switch
                {
                    0 => 0.35 + 0.6 * u,
                    1 when name.EndsWith("weight", StringComparison.Ordinal) => 1 + 0.5 * (u - 0.5),
                    1 when name.EndsWith("freqs", StringComparison.Ordinal) => (2 * u - 1) * 6,
                    1 when name.EndsWith("phases", StringComparison.Ordinal) => 2 * u * Math.PI,
                    1 => 0.3 * (u - 0.5),
                    _ => (2 * u - 1) * Math.Sqrt(3.0 / fan),
                });
            }

            return tensor(values).view(shape);
        }
    }
}
