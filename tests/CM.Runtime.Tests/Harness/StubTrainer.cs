namespace CM.Runtime.Tests;

/// <summary>A trainer whose weights, averages and optimiser are all that a test needs.</summary>
internal abstract class StubTrainer(TrainingSetup setup, ParameterLayout layout, AverageRule[] averages, ParameterLayout? frozen = null)
    : ConsistencyTrainer(setup, layout, averages, frozen)
{
    public override Tensor Step(Tensor data, int step, Tensor? labels = null) => throw new NotSupportedException();

    public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => throw new NotSupportedException();

    public override Tensor Denoise(ParameterStore weights, Tensor data, Tensor noise, double time, Tensor? labels = null) => throw new NotSupportedException();

    public override (Tensor Data, Tensor Noise) CoupleBatch(Tensor data, Tensor noise, int step, Tensor? labels = null) => (data.alias(), noise.alias());
}
