using System.Text.Json;

namespace CM.Runtime.Tests;

public class AverageTests
{
    private static readonly JsonElement Reference = Golden.Load("averages.json");

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void A_warm_up_weighs_past_models_as_ema_pytorch_does(int run)
    {
        var reference = Reference.GetProperty("warmUp")[run];
        var count = reference.GetProperty("count").GetInt32();
        var rule = new EmaWarmUp(reference.Number("decay"), reference.GetProperty("every").GetInt32(), reference.GetProperty("after").GetInt32());
        Weights(rule, count).ShouldMatch(reference.GetProperty("weights").Floats());
    }

    [Theory, InlineData(0), InlineData(1)]
    public void A_warm_up_keeps_what_ema_pytorch_keeps_late_in_training(int run)
    {
        var reference = Reference.GetProperty("warmUpDecays")[run];
        var (every, after) = (reference.GetProperty("every").GetInt32(), reference.GetProperty("after").GetInt32());
        var rule = new EmaWarmUp(reference.Number("decay"), every, after);
        foreach (var (step, decay) in reference.GetProperty("steps").EnumerateArray().Select(step => step.GetInt32()).Zip(reference.GetProperty("decays").Doubles()))
            rule.Decay(step, 1).ShouldBe(step % every != 0 ? 1 : step <= after + every ? 0 : decay, 1e-12, $"step {step}");
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void A_power_function_weighs_past_models_as_EDM2_does(int run)
    {
        var reference = Reference.GetProperty("power")[run];
        PowerFunctionEma.ExponentOf(reference.Number("deviation")).ShouldBe(reference.Number("exponent"), 1e-9 * reference.Number("exponent"));
        Last(new PowerFunctionEma(reference.Number("deviation")), 40).ShouldMatch(reference.GetProperty("weights").Floats());

        var keeps = Reference.GetProperty("keeps")[run];
        foreach (var (step, keep) in keeps.GetProperty("steps").EnumerateArray().Select(step => step.GetInt32()).Zip(keeps.GetProperty("keep").Doubles()))
            new PowerFunctionEma(keeps.Number("deviation")).Decay(step - 1, 1).ShouldBe(keep, 1e-9);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Constant_decays_and_half_lives_weigh_past_models_as_EDM_does(int run)
    {
        var reference = Reference.GetProperty("traditional")[run];
        AverageRule rule = reference.TryGetProperty("decay", out var decay) ? new Ema(decay.GetDouble())

                : reference.TryGetProperty("rampUp", out var rampUp)
                ? new EdmEma(reference.Number("examples"), rampUp.GetDouble(), includesStep: true)
            : new EdmEma(reference.Number("examples"));
        Last(rule, 40).ShouldMatch(reference.GetProperty("weights").Floats());
    }

    [Fact]
    public void A_half_life_that_ramps_up_starts_with_the_first_weights_where_a_step_does_not_count_itself()
    {
        var rule = new EdmEma(1000, rampUp: 0.05);
        rule.Decay(0, 8).ShouldBe(0);
        rule.Decay(1, 8).ShouldBe(Math.Pow(0.5, 8 / 0.4), 1e-15);
        rule.Decay(10_000, 8).ShouldBe(Math.Pow(0.5, 8 / 1000.0), 1e-15);
    }

    [Fact]
    public void VCTs_averages_are_met_where_its_power_function_is_right()
    {
        var reference = Reference.GetProperty("vct");
        var updates = reference.GetProperty("updates").GetInt32();
        // The first model of the reference is the one that the average starts with.
        Weights(new Ema(reference.Number("decay")), updates, initial: true).ShouldMatch(reference.GetProperty("weights").Floats());

        // The reference gives these weights to the new model instead of the old average.
        var keep = reference.GetProperty("keep").Doubles();
        var steps = reference.GetProperty("steps").EnumerateArray().Select(step => step.GetInt32()).ToArray();
        foreach (var (deviation, row) in reference.GetProperty("deviations").Doubles().Select((deviation, row) => (deviation, row)))
            for (var i = 0; i < steps.Length; i++)
                new PowerFunctionEma(deviation).Decay(steps[i], 1).ShouldBe(keep[row * steps.Length + i], 1e-9);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void A_swapped_power_function_weighs_past_models_as_VCTs_code_does(int run)
    {
        var reference = Reference.GetProperty("swapped")[run];
        Weights(new PowerFunctionEma(reference.Number("deviation"), swapped: true), reference.GetProperty("updates").GetInt32(), initial: true, start: reference.GetProperty("start").GetInt32())
            .ShouldMatch(reference.GetProperty("weights").Floats());
    }

    [Fact]
    public void Post_hoc_coefficients_are_EDM2s()
    {
        var reference = Reference.GetProperty("postHoc");
        var kept = reference.GetProperty("steps").Doubles()
            .Zip(reference.GetProperty("deviations").Doubles(), (step, deviation) => new PostHocAverage.Profile(step, deviation)).ToArray();
        var products = reference.GetProperty("products").Doubles();
        for (var i = 0; i < kept.Length; i++)
            for (var j = 0; j < kept.Length; j++)
                PostHocAverage.Product(kept[i], kept[j]).ShouldBe(products[i * kept.Length + j], 1e-9);

        var coefficients = PostHocAverage.Coefficients(kept, new(reference.Number("wantedStep"), reference.Number("wantedDeviation")));
        var wanted = reference.GetProperty("coefficients").Doubles();
        for (var i = 0; i < wanted.Length; i++)
            coefficients[i].ShouldBe(wanted[i], 1e-9);
    }

    [Fact]
    public void A_post_hoc_average_of_a_width_that_was_kept_is_the_one_that_was_kept()
    {
        PostHocAverage.Profile[] kept = [new(10, 0.05), new(20, 0.05), new(20, 0.1)];
        var coefficients = PostHocAverage.Coefficients(kept, new(20, 0.1));
        (coefficients[0], coefficients[1])
            .ShouldSatisfyAllConditions(both => both.Item1.ShouldBe(0, 1e-12), both => both.Item2.ShouldBe(0, 1e-12));
        coefficients[2].ShouldBe(1, 1e-12);
    }

    // How much each model counts in the average, for models 0, 1, … that appear one a step: after every step, [count, count].
    private static float[] Weights(AverageRule rule, int count, bool initial = false, int start = 0)
    {
        var models = initial ? count + 1 : count;
        using var store = ParameterStore.New(new ParameterLayout().Add("w", Initializer.Constant(0), models), seed: 0);
        if (initial)
            Show(0);
        using var average = new MovingAverage(store, rule, Reference.GetProperty("batch").GetInt32());
        var rows = new List<float>();
        for (var step = 0; step < count; step++)
        {
            Show(initial ? step + 1 : step);
            average.Update(start + step);
            rows.AddRange(average.Weights["w"].Floats());
        }
        return [.. rows];

        void Show(int model)
        {
            using var _ = no_grad();
            store.Values.zero_();
            using var one = store.Values.narrow(0, model, 1);
            one.fill_(1);
        }
    }

    private static float[] Last(AverageRule rule, int count) => Weights(rule, count)[^count..];
}
