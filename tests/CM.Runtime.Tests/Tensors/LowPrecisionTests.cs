namespace CM.Runtime.Tests;

/// <summary>The 16-bit copy of a store.</summary>
public sealed class LowPrecisionTests
{
    [Fact]
    public void Modules_read_the_cast_weights_and_their_gradients_are_collected_in_float32()
    {
        using var store = ParameterStore.New(new ParameterLayout().Add("a", Initializer.Normal(1), 3).Add("b", Initializer.Normal(1), 2, 5), 1);
        var low = store.In(ScalarType.BFloat16);
        low["b"].dtype.ShouldBe(ScalarType.BFloat16);
        using (var expected = store["b"].to(ScalarType.BFloat16))
            low["b"].Equals(expected).ShouldBeTrue();

        using (var square = low["b"].square())
        using (var sum = square.sum())
            sum.backward();
        store.Gradients.count_nonzero().item<long>().ShouldBe(0);
        store.CollectGradients();
        using (var twice = low["b"] * 2)
        using (var wide = twice.to(ScalarType.Float32))
            store["b"].grad!.Equals(wide).ShouldBeTrue();
        store["a"].grad!.count_nonzero().item<long>().ShouldBe(0);
        store.CollectGradients(); // nothing is counted twice
        using (var twice = low["b"] * 2)
        using (var wide = twice.to(ScalarType.Float32))
            store["b"].grad!.Equals(wide).ShouldBeTrue();
    }

    [Fact]
    public void Weights_that_change_are_cast_anew()
    {
        using var store = ParameterStore.New(new ParameterLayout().Add("a", Initializer.Constant(1), 3), 1);
        var low = store.In(ScalarType.BFloat16);
        store.Values.fill_(3);
        low["a"].sum(ScalarType.Float32).item<float>().ShouldBe(3); // three ones still
        store.Cast();
        low["a"].sum(ScalarType.Float32).item<float>().ShouldBe(9);
        store.Values.fill_(4);
        store.In(ScalarType.BFloat16)["a"].sum(ScalarType.Float32).item<float>().ShouldBe(12);
        Should.Throw<InvalidOperationException>(() => store.In(ScalarType.Float16)).Message.ShouldContain("BFloat16 already");
    }
}
