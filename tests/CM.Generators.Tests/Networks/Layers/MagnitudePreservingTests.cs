using CM.Runtime;
using TorchSharp;
using static CM.Generators.Tests.OneLayer;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CM.Generators.Tests;

/// <summary>EDM2's layers beside the paper's formulas.</summary>
public sealed class MagnitudePreservingTests
{
    [Fact]
    public void SiLU_sum_cat_gain_and_clip()
    {
        ShouldGive("MpSiLU", "\"B\", 3, 4, 4", "\"B\", 3, 4, 4", Image(3, 4), (_, x) => x * x.sigmoid() / 0.596);
        ShouldGive("MpSum(0.3)", [("\"B\", 3, 4, 4", Image(3, 4)), ("\"B\", 3, 4, 4", Image(3, 4).flip(1))], "\"B\", 3, 4, 4", (_, x) =>
            (0.7 * x[0] + 0.3 * x[1]) / Math.Sqrt(0.7 * 0.7 + 0.3 * 0.3));
        ShouldGive("MpCat(0.25)", [("\"B\", 3, 4, 4", Image(3, 4)), ("\"B\", 5, 4, 4", Image(5, 4))], "\"B\", 8, 4, 4", (_, x) =>
        {
            var c = Math.Sqrt(8 / (0.75 * 0.75 + 0.25 * 0.25));
            return cat([x[0] * (0.75 * c / Math.Sqrt(3)), x[1] * (0.25 * c / Math.Sqrt(5))], 1);
        });
        ShouldGive("[LearnedGain]", "\"B\", 5", "\"B\", 5", linspace(-1, 1, 10, float32).view(2, 5), (store, x) => x * store["Only.gain"]);
        ShouldGive("Clamp(0.5)", "\"B\", 3, 4, 4", "\"B\", 3, 4, 4", Image(3, 4), (_, x) => where(x.abs() <= 0.5, x, x.sign().detach() * 0.5));
    }

    [Fact]
    public void Joining_equal_shares_of_noise_keeps_their_magnitude()
    {
        manual_seed(1);
        var joined = MagnitudePreserving.Cat(randn(8, 16, 32, 32), randn(8, 48, 32, 32), 0.5);
        joined.square().mean().ToSingle().ShouldBe(1, 0.01f);
        joined.narrow(1, 0, 16).square().sum().ToSingle().ShouldBe(joined.narrow(1, 16, 48).square().sum().ToSingle(), 3000f);
    }

    [Fact]
    public void Fourier_features_are_shifted_cosines() =>
        ShouldGive("[MpFourier(6)]", "\"B\"", "\"B\", 6", tensor(new[] { -1.5f, 0.25f, 1.1f }), (store, x) =>
            (x.unsqueeze(1) * store.Buffer("Only.freqs") + store.Buffer("Only.phases")).cos() * Math.Sqrt(2));

    [Fact]
    public void Fourier_buffers_hold_angles()
    {
        var emitted = Emitted.From(Declare("[MpFourier(4000)]", "\"B\"", "\"B\", 4000"));
        using var store = emitted.NewStore("Net");
        store.Buffer("Only.freqs").std().ToSingle().ShouldBe((float)(2 * Math.PI), 0.3f);
        store.Buffer("Only.phases").abs().max().ToSingle().ShouldBeInRange(3.1f, 3.1416f);
        store.Buffer("Only.phases").std().ToSingle().ShouldBe((float)(2 * Math.PI / Math.Sqrt(12)), 0.05f);
    }

    [Fact]
    public void Weights_have_magnitude_1()
    {
        ShouldGive("[MpLinear(3, 5, Gain = 0.7)]", "\"B\", 2, 3", "\"B\", 2, 5", linspace(-1, 1, 12, float32).view(2, 2, 3), (store, x) =>
            x.matmul(Unit(store["Only.weight"], 0.7).t()));
        ShouldGive("[MpConv2d(3, 4, 3)]", "\"B\", 3, 5, 5", "\"B\", 4, 5, 5", Image(3, 5), (store, x) =>
            F.conv2d(x, Unit(store["Only.weight"]), padding: [1, 1]));
    }

    [Theory]
    [InlineData("[MpAttention(6, Heads = 2)]", 2)]
    [InlineData("[MpAttention(6)]", 1)]
    public void Attention_of_queries_keys_and_values_of_magnitude_1(string layer, int heads) =>
        ShouldGive(layer, "\"B\", 6, 2, 2", "\"B\", 6, 2, 2", Image(6, 2), (store, x) =>
        {
            var qkv = Unit(store["Only.qkv.weight"]).view(18, 6).matmul(x.view(2, 6, 4));
            var mixed = ImageLayerTests.Mixed(qkv, heads, columns => columns / (columns.square().mean([0], true).sqrt() + 1e-4));
            return Unit(store["Only.proj.weight"]).view(6, 6).matmul(mixed).view(2, 6, 2, 2);
        });

    /// <summary>Chained layers: each changes its stored weights in place while others have recorded theirs.</summary>
    [Fact]
    public void A_training_pass_normalises_the_stored_weights_and_still_runs_backward()
    {
        var (store, module) = Chain();
        var before = store.Values.clone();
        var wanted = new[] { "In", "Mid", "Out" }.ToDictionary(name => name, name => Unit(store[name + ".weight"], axes: true).detach().clone());
        Emitted.Forward(module, Image(3, 4))[0].square().sum().backward();
        foreach (var (name, weight) in wanted)
        {
            Error(store[name + ".weight"].detach(), weight).ShouldBeLessThan(1e-6);
            store[name + ".weight"].grad!.abs().max().ToSingle().ShouldBeGreaterThan(0);
        }

        (store.Values - before).abs().max().ToSingle().ShouldBeGreaterThan(0.1f);
        store["Loud.gain"].grad!.abs().ToSingle().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_teachers_pass_and_evaluation_leave_the_stored_weights_alone()
    {
        var (store, module) = Chain();
        var before = store.Values.clone();
        Tensor teacher;
        using (no_grad())
            teacher = Emitted.Forward(module, Image(3, 4))[0];
        store.Values.Equals(before).ShouldBeTrue();

        module.eval();
        var evaluated = Emitted.Forward(module, Image(3, 4))[0];
        store.Values.Equals(before).ShouldBeTrue();
        evaluated.Equals(teacher).ShouldBeTrue();
    }

    [Fact]
    public void The_students_gradients_survive_the_teachers_pass()
    {
        var (store, module) = Chain();
        var student = Emitted.Forward(module, Image(3, 4))[0];
        using (no_grad())
            Emitted.Forward(module, Image(3, 4));
        student.square().sum().backward();
        store.Gradients.abs().max().ToSingle().ShouldBeGreaterThan(0);
    }

    private static (ParameterStore Store, nn.Module Module) Chain()
    {
        var emitted = Emitted.From("""
            [Network]
            public sealed partial record Net
            {
                [MpConv2d(3, 8, 3)] public partial Layer In { get; }
                [LearnedGain] public partial Layer Loud { get; }
                [MpConv2d(8, 8, 3)] public partial Layer Mid { get; }
                [GroupNorm(2, 8)] public partial Layer Norm1 { get; }
                [MpConv2d(8, 3, 1)] public partial Layer Out { get; }

                [return: Shape("B", 3, "H", "W")]
                private Value Forward([Shape("B", 3, "H", "W")] Value x) => x | In | Loud | Mid | Norm1 | Out;
            }
            """);
        var store = emitted.NewStore("Net");
        using (no_grad())
            store["Loud.gain"].fill_(1.5);
        return (store, emitted.NewModule("Net", store));
    }

    // The formula of the effective weights; with axes: of the stored ones.
    private static Tensor Unit(Tensor weight, double gain = 1, bool axes = false)
    {
        var rows = weight.flatten(1);
        var unit = (rows / (rows.square().mean([1], true).sqrt() + 1e-4)).view(weight.shape);
        return axes ? unit : unit * (gain / Math.Sqrt(rows.shape[1]));
    }
}
