namespace CM.Runtime.Tests;

public class ParameterTests
{
    [Fact]
    public void A_layout_places_every_parameter_at_64_bytes_and_counts_without_the_gaps()
    {
        var layout = new ParameterLayout().Add("a", Init.Constant(1), 3, 5).AddBuffer("f", Init.Normal(1), 7).Add("b", Init.Constant(2), 17)
            .Add("c", Init.Constant(3));

        layout.Parameters.Select(spec => (spec.Name, spec.Offset, spec.Count)).ShouldBe([("a", 0, 15), ("b", 16, 17), ("c", 48, 1)]);
        layout.Buffers.Select(spec => (spec.Name, spec.Offset, spec.Count)).ShouldBe([("f", 0, 7)]);
        layout.Count.ShouldBe(33);
        layout.Size.ShouldBe(64);
    }

    [Fact]
    public void A_block_keeps_its_order_under_its_prefix()
    {
        var block = new ParameterLayout().Add("weight", Init.Uniform(1), 2).AddBuffer("freqs", Init.Normal(1), 3)
            .Add("bias", Init.Uniform(1), 2);
        var layout = new ParameterLayout().AddBlock("Body.0", block).AddBlock("Body.1", block);

        layout.InOrder().Select(entry => (entry.Spec.Name, entry.Trainable)).ShouldBe(
        [
            ("Body.0.weight", true), ("Body.0.freqs", false), ("Body.0.bias", true),
            ("Body.1.weight", true), ("Body.1.freqs", false), ("Body.1.bias", true),
        ]);
    }

    [Fact]
    public void A_name_may_occur_once_and_axes_are_positive()
    {
        var layout = new ParameterLayout().Add("a", Init.Constant(0), 1);
        Should.Throw<ArgumentException>(() => layout.AddBuffer("a", Init.Constant(0), 1)).Message.ShouldStartWith("a: ");
        Should.Throw<ArgumentException>(() => layout.Add("b", Init.Constant(0), 2, 0)).Message.ShouldStartWith("b: ");
    }

    [Fact]
    public void Starts_are_drawn_in_order_of_declaration_after_one_seed()
    {
        using var store = ParameterStore.New(Tiny.Layout(), seed: 5);

        manual_seed(5);
        using var shift = empty([2], ScalarType.Float32).normal_(0, 0.1);
        using var weight = empty([2, 16], ScalarType.Float32).uniform_(-0.7, 0.7);
        using var bias = empty([16], ScalarType.Float32).uniform_(-0.7, 0.7);
        store.Buffer("shift").Floats().ShouldBe(shift.Floats());
        store["In.weight"].Floats().ShouldBe(weight.Floats());
        store["In.bias"].Floats().ShouldBe(bias.Floats());
        store["Out.bias"].Floats().ShouldAllBe(value => value == 0);
        weight.Floats().ShouldAllBe(value => Math.Abs(value) <= 0.7);
    }

    [Fact]
    public void Backward_adds_into_the_flat_gradient()
    {
        using var store = ParameterStore.New(new ParameterLayout().Add("a", Init.Constant(2), 3).Add("b", Init.Constant(5), 2), seed: 0);
        for (var pass = 1; pass <= 2; pass++)
        {
            using var squares = store["a"].square();
            using var first = squares.sum();
            using var second = store["b"].sum();
            using var loss = first + second;
            loss.backward();

            var gradients = store.Gradients.Floats();
            gradients[..3].ShouldBe([4f * pass, 4f * pass, 4f * pass]);
            gradients[16..18].ShouldBe([pass, pass]);
            gradients[3..16].ShouldAllBe(value => value == 0);
        }
        store.ZeroGradients();
        store["a"].grad!.Floats().ShouldBe([0f, 0, 0]);
    }

    [Fact]
    public void Parameters_are_leaves_that_see_changes_of_the_flat_tensor()
    {
        using var store = ParameterStore.New(new ParameterLayout().Add("a", Init.Constant(2), 3), seed: 0);
        store["a"].requires_grad.ShouldBeTrue();
        store["a"].is_leaf.ShouldBeTrue();
        store.Values.mul_(3);
        store["a"].Floats().ShouldBe([6f, 6, 6]);
    }

    [Fact]
    public void A_copy_is_apart_and_has_gradients_only_when_asked()
    {
        using var store = ParameterStore.New(Tiny.Layout(), seed: 1);
        using var copy = store.Copy(gradients: false);
        copy.Values.Floats().ShouldBe(store.Values.Floats());
        copy.Buffer("shift").Floats().ShouldBe(store.Buffer("shift").Floats());
        Should.Throw<InvalidOperationException>(() => copy.Gradients);
        copy["In.weight"].requires_grad.ShouldBeFalse();

        store.Values.zero_();
        copy.Values.Floats().ShouldContain(value => value != 0);
        copy.CopyFrom(store);
        copy.Values.Floats().ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void A_scope_finds_what_lies_in_its_block()
    {
        using var store = ParameterStore.New(new ParameterLayout().AddBlock("Body.0", new ParameterLayout().Add("weight", Init.Constant(7), 1).AddBuffer("freqs", Init.Constant(8), 1)), seed: 0);
        ParameterScope scope = store;
        scope.Block("Body.0")["weight"].Floats().ShouldBe([7f]);
        scope.Block("Body").Block("0").Buffer("freqs").Floats().ShouldBe([8f]);
        Should.Throw<KeyNotFoundException>(() => scope["weight"]).Message.ShouldContain("Body.0.weight");
    }

    [Fact]
    public void An_average_keeps_its_share_of_the_old_one()
    {
        using var store = ParameterStore.New(new ParameterLayout().Add("a", Init.Constant(1), 2), seed: 0);
        using var average = new MovingAverage(store, new Ema(0.75), batch: 1);
        store["a"].Floats().ShouldBe(average.Weights["a"].Floats());
        store.Values.fill_(5);
        average.Update(step: 0);
        average.Weights["a"].Floats().ShouldBe([2f, 2]);
        average.Update(step: 1);
        average.Weights["a"].Floats().ShouldBe([2.75f, 2.75f]);
    }
}
