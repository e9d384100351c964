namespace CM.Runtime.Tests;

public sealed class LossScalerTests : IDisposable
{
    private readonly ParameterStore store = ParameterStore.New(new ParameterLayout().Add("w", Initializer.Constant(1), 3), seed: 0);

    public void Dispose() => store.Dispose();

    [Fact]
    public void Gradients_are_those_of_the_loss_itself()
    {
        using var scaler = new LossScaler(store, 1024, interval: 10);
        using (var loss = store["w"].sum())
        using (var scaled = scaler.Scaled(loss))
            scaled.backward();
        store["w"].grad!.Floats().ShouldBe([1024, 1024, 1024]);
        scaler.Unscale().ShouldBeTrue();
        store["w"].grad!.Floats().ShouldBe([1, 1, 1]);
    }

    [Fact]
    public void The_scale_halves_at_an_overflow_and_doubles_after_enough_steps_without_one()
    {
        using var scaler = new LossScaler(store, 16, interval: 3);
        double[] scales = [.. Enumerable.Range(0, 9).Select(step =>
        {
            store.Gradients.fill_(1);
            using var place = store.Gradients.narrow(0, 1, 1);
            if (step is 2 or 3)
                place.fill_(step == 2 ? float.PositiveInfinity : float.NaN);
            scaler.Unscale().ShouldBe(step is not (2 or 3));
            return scaler.Scale;
        })];
        scales.ShouldBe([16, 16, 8, 4, 4, 4, 8, 8, 8]);
        scaler.Skipped.ShouldBe(2);
    }

    [Fact]
    public void A_training_goes_on_with_the_scale_that_it_had()
    {
        using var scratch = new Scratch();
        using var stopped = new Scaled();
        stopped.Scaler!.Unscale().ShouldBeTrue();
        stopped.Weights.Gradients.fill_(float.NaN);
        stopped.Scaler.Unscale().ShouldBeFalse();
        Checkpoint.Write(scratch["a.safetensors"], new TrainingState("Tiny", Tiny.Plan.Declaration, 2, 4, 32, 3), stopped);
        using var resumed = new Scaled();
        using (var checkpoint = Checkpoint.Open(scratch["a.safetensors"]))
            checkpoint.Load(resumed);
        resumed.Scaler!.State.Floats().ShouldBe([32, 0, 1]);
        resumed.Optimizer.Steps.ShouldBe(1, "a step was left out");
    }

    private sealed class Scaled : StubTrainer
    {
        public Scaled()
            : base(Tiny.Setup(), Tiny.Layout(), [])
        {
            Scaler = new LossScaler(Weights, 64, interval: 5);
            Optimizer = new Adam(Weights, 1e-3);
        }

    }
}
