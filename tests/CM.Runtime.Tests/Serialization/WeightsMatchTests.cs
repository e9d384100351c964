namespace CM.Runtime.Tests;

public class WeightsMatchTests
{
    private static readonly ParameterLayout Layout = new ParameterLayout().Add("In.weight", Init.Constant(0), 2, 3)
        .Add("In.bias", Init.Constant(0), 2).AddBuffer("shift", Init.Constant(0), 2);

    [Fact]
    public void What_does_not_fit_is_listed()
    {
        var match = WeightsMatch.ByName(Layout, [Tensor("net.In.weight", 3, 2), Tensor("net.shift", 2) with { Type = "I64" }, Tensor("net.Out.weight", 4), Tensor("other.In.bias", 2)], "a.pt");
        match.Prefix.ShouldBe("net.");
        match.Missing.ShouldBe(["In.bias"]);
        match.Unexpected.ShouldBe(["net.Out.weight"]);
        match.MisShaped.ShouldBe(["In.weight is [3, 2], not [2, 3]", "shift is I64 [2], not [2]"]);
        Should.Throw<UserError>(() => match.Demand("a.pt", "Net")).Message.ShouldBe(
            "a.pt: not the weights of Net (1 missing: In.bias; 2 mis-shaped: In.weight is [3, 2], not [2, 3], shift is I64 [2], not [2]; "
                + "1 unexpected: net.Out.weight).");
    }

    [Fact]
    public void An_average_goes_before_the_trained_weights()
    {
        NamedTensor[] tensors = [.. ((string[])["net.model.", "ema.model.", ""]).SelectMany(prefix => (NamedTensor[])[Tensor(prefix + "In.weight", 2, 3), Tensor(prefix + "In.bias", 2), Tensor(prefix + "shift", 2)])];
        WeightsMatch.ByName(Layout, tensors, "a.pt").Prefix.ShouldBe("ema.model.");
        WeightsMatch.ByName(Layout, [tensors[0], .. tensors[6..]], "a.pt").Prefix.ShouldBe("", "more names fit");
        WeightsMatch.ByName(Layout, [], "a.pt").Missing.ShouldBe(["In.weight", "In.bias", "shift"]);
    }

    [Fact]
    public void A_part_of_the_network_may_be_all_that_the_file_has()
    {
        var layout = new ParameterLayout()
            .AddBlock("Model", new ParameterLayout().Add("enc.0.weight", Init.Constant(0), 2).Add("enc.0.bias", Init.Constant(0), 2));
        var match = WeightsMatch.ByName(layout, [Tensor("ema.model.enc.0.weight", 2), Tensor("ema.model.enc.0.bias", 2), Tensor("ema.model.map_augment.weight", 9)], "a.pt");
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
        var layout = new ParameterLayout().Add("In.weight", Init.Constant(0), 2)
            .AddBlock("Encode", new ParameterLayout().Add("weight", Init.Constant(0), 2));
        WeightsMatch.ByName(layout, [Tensor("In.weight", 2)], "a.pt").Missing
            .ShouldBe(layout.Parameters.Where(spec => !spec.IsBeside && spec.Name != "In.weight").Select(spec => spec.Name));
    }

    [Theory]
    [InlineData("model.inner_model.", "model_ema.inner_model.")]
    [InlineData("", "ema.")]
    [InlineData("state_dict.net.", "state_dict.net_ema.")]
    [InlineData("state_dict.", "state_dict_ema.")]
    [InlineData("G.", "G_ema.")]
    [InlineData("params.", "params_ema.")]
    [InlineData("model.", "averagedModel.module.")]
    [InlineData("model.", "callbacks.EMA.state.")]
    [InlineData("0.", "1.shadow.")]
    [InlineData("ema.online_model.", "ema.ema_model.")]
    public void An_average_is_known_by_its_name(string trained, string average)
    {
        var match = WeightsMatch.ByName(Layout, [.. All(trained), .. All(average), .. All("optimizer.state.exp_avg.")], "a.pt");
        (match.Prefix, match.IsAverage, match.Fits).ShouldBe((average, true, true));
        match.Others.ShouldBe([(trained, 3)]);
        var other = trained.Length == 0 ? "without a prefix" : $"under {trained}";
        match.Choice.ShouldBe($"the average under {average}; not taken: 3 {other}");
        WeightsMatch.ByName(Layout, [.. All(average), .. All(trained)], "a.pt", trained).Prefix.ShouldBe(trained);
    }

    [Theory]
    [InlineData("model.schema.")]
    [InlineData("cinema.")]
    public void A_word_that_contains_another_is_no_average(string prefix)
    {
        var match = WeightsMatch.ByName(Layout, All(prefix), "a.pt");
        (match.IsAverage, match.Choice).ShouldBe((false, $"under {prefix}"));
    }

    [Fact]
    public void The_state_of_an_optimiser_is_no_average()
    {
        var match = WeightsMatch.ByName(Layout, [.. All("optimizer.state.exp_avg."), .. All("net.")], "a.pt");
        (match.Prefix, match.Choice).ShouldBe(("net.", "under net."));
    }

    [Fact]
    public void An_average_may_lack_buffers_which_come_from_the_trained_weights()
    {
        NamedTensor[] tensors = [.. All("model."), Tensor("shadow.In.weight", 2, 3), Tensor("shadow.In.bias", 2)];
        var match = WeightsMatch.ByName(Layout, tensors, "a.pt");
        (match.Prefix, match.Fits).ShouldBe(("shadow.", true));
        match.Found.Select(pair => pair.Tensor.Name).ShouldBe(["shadow.In.weight", "shadow.In.bias", "model.shift"]);
        WeightsMatch.ByName(Layout, [.. tensors[..4]], "a.pt").Prefix.ShouldBe("model.", "the average lacks a parameter");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_average_without_names_goes_by_the_order_of_the_trained_weights(bool hasBuffer)
    {
        long[][] shapes = hasBuffer ? [[2], [2, 3], [2]] : [[2, 3], [2]];
        NamedTensor[] list = [.. shapes.Select((shape, i) => Tensor($"ema.shadow_params.{i}", shape))];
        NamedTensor[] trained = [Tensor("model.shift", 2), Tensor("model.In.weight", 2, 3), Tensor("model.sigmas", 9), Tensor("model.In.bias", 2)];
        var match = WeightsMatch.ByName(Layout, [.. trained, .. list], "a.pt");
        (match.Prefix, match.IsAverage, match.Fits).ShouldBe(("ema.shadow_params.", true, true));
        match.Found.Select(pair => (pair.Spec.Name, pair.Tensor.Name))
            .ShouldBe([("In.weight", list[^2].Name), ("In.bias", list[^1].Name), ("shift", hasBuffer ? list[0].Name : "model.shift")]);
        match.Others.Select(other => other.Prefix).ShouldBe(["model."]);
    }

    [Fact]
    public void An_average_without_names_that_fits_in_several_ways_is_refused()
    {
        NamedTensor[] tensors = [.. All("model."), Tensor("model.In.mean", 2), Tensor("shadow.0", 2, 3), Tensor("shadow.1", 2)];
        Should.Throw<UserError>(() => WeightsMatch.ByName(Layout, tensors, "a.pt")).Message.ShouldBe(
            "a.pt: shadow. is an average of 2 tensors without names, which fit the names under 'model.' in several ways; "
            + "take the trained weights with --prefix \"model.\", or the average in the order of declaration with "
            + "--prefix shadow. --in-order.");
        WeightsMatch.ByName(Layout, tensors, "a.pt", "model").Fits.ShouldBeTrue();
    }

    [Theory]
    [InlineData("model_ema.", "")]
    [InlineData("model_ema.inner", "")]
    [InlineData("ema_", "_")]
    public void An_average_may_have_names_without_dots(string prefix, string dot)
    {
        NamedTensor[] average = [.. All("")[..2].Select(tensor => tensor with { Name = prefix + tensor.Name.Replace(".", dot) })];
        var match = WeightsMatch.ByName(Layout, [.. All("model.inner."), .. average, Tensor("model_ema.decay")], "a.pt");
        (match.Prefix, match.IsAverage, match.Fits).ShouldBe((prefix, true, true));
        match.Found.Select(pair => pair.Tensor.Name).ShouldBe([average[0].Name, average[1].Name, "model.inner.shift"]);
    }

    [Fact]
    public void Several_sets_of_which_none_is_an_average_are_refused_with_the_choices()
    {
        NamedTensor[] tensors = [.. All("student."), .. All("teacher.")];
        Should.Throw<UserError>(() => WeightsMatch.ByName(Layout, tensors, "a.pt")).Message
            .ShouldStartWith("a.pt: has several sets of weights that fit, and none is called an average: "
                + "student., teacher.; take one with: ");
        WeightsMatch.ByName(Layout, tensors, "a.pt", "teacher").Prefix.ShouldBe("teacher.");
        Should.Throw<UserError>(() => WeightsMatch.ByName(Layout, tensors, "a.pt", "target")).Message
            .ShouldBe("--prefix target: a.pt has parameters of this network under student., teacher., none under target");
    }

    [Fact]
    public void An_average_goes_before_others_also_in_order()
    {
        long[][] shapes = [[2, 3], [2], [2]];
        NamedTensor[] tensors = [.. ((string[])["model.a", "ema.x"]).SelectMany(name => shapes.Select((shape, i) => Tensor($"{name}{i}", shape)))];
        var match = WeightsMatch.InOrder(Layout, tensors);
        (match.Prefix, match.IsAverage, match.Fits).ShouldBe(("ema.", true, true));
        match.Found.Select(pair => pair.Tensor.Name).ShouldBe(["ema.x0", "ema.x1", "ema.x2"]);
        match.Others.ShouldBe([("model.", 3)]);
        WeightsMatch.InOrder(Layout, tensors, "model.").Found.Select(pair => pair.Tensor.Name)
            .ShouldBe(["model.a0", "model.a1", "model.a2"]);
    }

    private static NamedTensor[] All(string prefix) =>
        [Tensor(prefix + "In.weight", 2, 3), Tensor(prefix + "In.bias", 2), Tensor(prefix + "shift", 2)];

    private static NamedTensor Tensor(string name, params long[] shape) =>
        new(name, "F32", shape, () => [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, axis) => product * axis)).SelectMany(i => BitConverter.GetBytes((float)i))]);
}
