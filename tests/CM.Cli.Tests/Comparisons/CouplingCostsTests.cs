using CM.Dsl;

namespace CM.Cli.Tests;

public sealed class CouplingCostsTests
{
    [Fact]
    public void Costs_of_a_coupling_leave_the_weights_as_they_were()
    {
        using var training = Tiny.Experiment.NewTraining(Tiny.Setup());
        var before = training.Weights.Values.Floats();
        var costs = CouplingCosts.Measure(Tiny.Plan, training, new TwoMoons());
        training.Weights.Values.Floats().ShouldBe(before);
        costs.Transport.ShouldBe(2.5, tolerance: 0.4); // E‖x − z‖² of independent pairs: E‖x‖² of about 0.5, and 2
        costs.GradientVariance.ShouldBeGreaterThan(0);
    }
}
