namespace CM.Runtime.Tests;

/// <summary>Where a training went astray is found by taking the steps since the last checkpoint again.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_first_layer_and_the_times_of_the_bad_samples_are_named()
    {
        // In step 13 samples later than 0.5 pass a layer that divides 0 by 0.
        var message = Diverge(new Fault(13, (layer, times, value) => layer == "Body.1.Linear1" ? value + 0 * value / times.lt(0.5).to(ScalarType.Float32).view(-1, 1) : value));
        message.ShouldMatch(@"^step 13: the loss is (NaN|Infinity): \d+ samples of 32 went bad, at times 0\.5\d* to (0\.9|1)\S*; the first layer whose result is not finite is Body\.1\.Linear1, \[32, 2\]; the last good checkpoint is .*step-000012\.safetensors\. ");
        RunFolder.Open(scratch["a"]).OpenNewest().State.Step.ShouldBe(12);
    }

    [Fact]
    public void What_goes_bad_between_layers_with_weights_is_told_by_the_next_one() =>
        Diverge(new Fault(13, (layer, _, value) => layer == "Body.0.Activation" ? value / 0 : value))
            .ShouldContain("; what flows into Body.1.Linear1, [32, 2], is not finite, though the results of the layers before it are, "
                + "the last of them Body.0.Linear1; the last good checkpoint is ");

    [Fact]
    public void A_gradient_that_is_no_number_is_named_though_the_loss_is_finite_in_its_step()
    {
        // √0 has the slope ∞, and 0·∞ is no number: the loss of step 13 is finite, that of step 14 is not.
        var message = Diverge(new Fault(13, (layer, _, value) => layer == "Body.0.Linear1" ? value + (value - value).abs().sqrt() : value));
        message.ShouldMatch(@"^step 13: the loss is [0-9.]+: every sample's loss is finite, at times 0\.\d+ to (0\.9|1)\S*; but gradients are not finite, in backpropagation first that of Body\.0\.Linear1\.weight; the last good ");
    }

    [Fact]
    public void A_clipped_gradient_is_looked_at_before_it_is_clipped() =>
        Diverge(new Fault(13, (layer, _, value) => layer == "Body.0.Linear1" ? value + (value - value).abs().sqrt() : value) { Clips = true })
            .ShouldContain("that of Body.0.Linear1.weight");

    [Fact]
    public void A_fault_that_does_not_come_again_is_told_as_such()
    {
        var times = 0;
        Diverge(new Fault(13, (layer, _, value) => layer == "Body.1.Activation" && times++ == 0 ? value / 0 : value))
            .ShouldStartWith("step 13: the loss is Infinity, but not when the steps since the last checkpoint were taken again; "
                + "the last good checkpoint is ");
    }

    private string Diverge(Fault fault) => Should.Throw<DivergedException>(() => new TrainRequest
    {
        Experiment = Tiny.With(Tiny.Plan, make: setup => new Stack(setup, fault)),
        Steps = 40,
        Out = scratch["a"],
    }.Run(new QuietDisplay())).Message;

    /// <summary>What goes wrong in a step: a change of a layer's result, given the layer and the times of the samples.</summary>
    private sealed record Fault(int Step, Func<string, Tensor, Tensor, Tensor> Change)
    {
        public bool Clips { get; init; }
    }

    /// <summary>Two times a product and a bend, written as the generator would.</summary>
    private sealed class Stack : StubTrainer
    {
        private readonly Fault fault;

        public Stack(TrainingSetup setup, Fault fault)
            : base(setup, new ParameterLayout().AddBlock("Body.0", Layer()).AddBlock("Body.1", Layer()), [])
        {
            this.fault = fault;
            Optimizer = new RAdam(Weights, 1e-3);
        }

        public override Tensor Step(Tensor data, int step, Tensor? labels = null)
        {
            using var scope = BeginStep(step);
            Weights.ZeroGradients();
            var times = 0.01 + rand([data.shape[0]], ScalarType.Float64);
            var x = data;
            for (var i = 0; i < 2; i++)
            {
                var block = ((ParameterScope)Weights).Block($"Body.{i}");
                x = Changed($"Body.{i}.Linear1", x.matmul(block["Linear1.weight"])).Seen(x, block["Linear1.weight"]);
                x = Changed($"Body.{i}.Activation", x.tanh());
            }
            var losses = (x - data).square().mean([1]);
            RecordLoss(times, losses);
            var loss = losses.mean();
            loss.backward();
            if (fault.Clips)
                ClipGradients(1);
            Optimizer.Step();
            return loss.detach().DetachFromDisposeScope();

            Tensor Changed(string layer, Tensor value) => step == fault.Step ? fault.Change(layer, times, value) : value;
        }

        public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => noise[0].clone();

        private static ParameterLayout Layer() => new ParameterLayout().Add("Linear1.weight", Initializer.Normal(0.5), 2, 2);
    }
}
