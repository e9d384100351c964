namespace CM.Runtime.Tests;

public class WeightsMatchTests
{
    private static readonly ParameterLayout Layout = new ParameterLayout().Add("In.weight", Init.Constant(0), 2, 3).Add("In.bias", Init.Constant(0), 2).AddBuffer("shift", Init.Constant(0), 2);

    [Fact]
    public void What_does_not_fit_is_listed()
    {
        var match = WeightsMatch.ByName(Layout, [Tensor("net.In.weight", 3, 2), Tensor("net.shift", 2) with { Type = "I64" }, Tensor("net.Out.weight", 4), Tensor("other.In.bias", 2)]);
        match.Prefix.ShouldBe("net.");
        match.Missing.ShouldBe(["In.bias"]);
        match.Unexpected.ShouldBe(["net.Out.weight"]);
        match.MisShaped.ShouldBe(["In.weight is [3, 2], not [2, 3]", "shift is I64 [2], not [2]"]);
        Should.Throw<UserError>(() => match.Demand("a.pt", "Net")).Message.ShouldBe(
            "a.pt: not the weights of Net (1 missing: In.bias; 2 mis-shaped: In.weight is [3, 2], not [2, 3], shift is I64 [2], not [2]; 1 unexpected: net.Out.weight).");
    }

    [Fact]
    public void An_average_goes_before_the_trained_weights()
    {
        NamedTensor[] tensors = [.. ((string[])["net.model.", "ema.model.", ""]).SelectMany(prefix => (NamedTensor[])[Tensor(prefix + "In.weight", 2, 3), Tensor(prefix + "In.bias", 2), Tensor(prefix + "shift", 2)])];
        WeightsMatch.ByName(Layout, tensors).Prefix.ShouldBe("ema.model.");
        WeightsMatch.ByName(Layout, [tensors[0], .. tensors[6..]]).Prefix.ShouldBe("", "more names fit");
        WeightsMatch.ByName(Layout, []).Missing.ShouldBe(["In.weight", "In.bias", "shift"]);
    }

    [Fact]
    public void A_part_of_the_network_may_be_all_that_the_file_has()
    {
        var layout = new ParameterLayout().AddBlock("Model", new ParameterLayout().Add("enc.0.weight", Init.Constant(0), 2).Add("enc.0.bias", Init.Constant(0), 2));
        var match = WeightsMatch.ByName(layout, [Tensor("ema.model.enc.0.weight", 2), Tensor("ema.model.enc.0.bias", 2), Tensor("ema.model.map_augment.weight", 9)]);
        (match.Fits, match.Prefix).ShouldBe((true, "ema.model."));
        match.Found.Select(pair => pair.Spec.Name).ShouldBe(["Model.enc.0.weight", "Model.enc.0.bias"]);
        match.Unexpected.ShouldBe(["ema.model.map_augment.weight"]);
    }

    [Fact]
    public void Tensors_may_be_taken_in_order()
    {
        var match = WeightsMatch.InOrder(Layout, [Tensor("a", 2, 3), Tensor("b", 2), Tensor("c", 2), Tensor("d", 1)]);
        match.Fits.ShouldBeTrue();
        match.Unexpected.ShouldBe(["d"]);
        using var store = ParameterStore.New(Layout, seed: 1);
        match.CopyTo(store);
        store["In.weight"].Floats().ShouldBe([0, 1, 2, 3, 4, 5]);
        store.Buffer("shift").Floats().ShouldBe([0, 1]);
        WeightsMatch.InOrder(Layout, [Tensor("a", 2, 3)]).Missing.ShouldBe(["In.bias", "shift"]);
    }

    [Fact]
    public void Networks_beside_the_model_may_be_missing()
    {
        var layout = new ParameterLayout().Add("In.weight", Init.Constant(0), 2).AddBlock("Encode", new ParameterLayout().Add("weight", Init.Constant(0), 2));
        WeightsMatch.ByName(layout, [Tensor("In.weight", 2)]).Missing.ShouldBe(layout.Parameters.Where(spec => !spec.IsBeside && spec.Name != "In.weight").Select(spec => spec.Name));
    }

    private static NamedTensor Tensor(string name, params long[] shape) =>
        new(name, "F32", shape, () => [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, axis) => product * axis)).SelectMany(i => BitConverter.GetBytes((float)i))]);
}
