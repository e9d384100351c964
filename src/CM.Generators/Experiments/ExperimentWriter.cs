using CM.Generators.Couplings;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes the generated part of an experiment: its plan and its trainer.</summary>
internal sealed class ExperimentWriter : ExperimentSection
{
    private ExperimentWriter(Experiment experiment, CodeWriter code)
        : base(experiment, code, experiment is { Obstacle: null, Coupling: DeclaredCoupling declared } ? new(declared, experiment.CouplingFrame, code) : null)
    {
    }

    public static string Write(Experiment experiment) => CodeWriter.File(
        experiment.Obstacle is { } obstacle ? $"{experiment.Name.Name} {obstacle}" : $"{experiment.Name.Name}: {experiment.Model!.Name} on {experiment.Data!.Name}",
        experiment.Name, "",
        ["System.Collections.Generic", "CM.Runtime", .. experiment is { Obstacle: null, HasSteadyRate: false } ? (string[])["static System.Math"] : [],
            .. experiment.Coupling is DeclaredCoupling { CallsFunctions: true } ? (string[])["TorchSharp", "static TorchSharp.torch.nn"] : [], "static TorchSharp.torch"],
        code => new ExperimentWriter(experiment, code).Members());

    private void Members()
    {
        if (Experiment.Obstacle is { } obstacle)
        {
            Broken($"{Experiment.Name.Name} {obstacle}.");
            return;
        }

        new PlanWriter(Experiment, Code, Coupling).Write();
        Code.Line();
        new TrainerWriter(Experiment, Code, Coupling).Write();
    }

    private void Broken(string message)
    {
        var fail = $"throw new global::System.NotSupportedException({Quote(message)})";
        Code.Line($"public static {New}ExperimentPlan Plan => {fail};").Line();
        using (Code.Braces($"public {New}sealed class Trainer(TrainingSetup setup) : ConsistencyTrainer(setup, Refuse(), [])"))
        {
            Code.Line($"private static ParameterLayout Refuse() => {fail};").Line();
            Code.Line($"public override Tensor Step(Tensor data, int step, Tensor? labels = null) => {fail};").Line();
            Code.Line($"public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => {fail};").Line();
            Code.Line($"public override Tensor Denoise(ParameterStore weights, Tensor data, Tensor noise, double time, Tensor? labels = null) => {fail};").Line();
            Code.Line($"public override (Tensor Data, Tensor Noise) CoupleBatch(Tensor data, Tensor noise, int step, Tensor? labels = null) => {fail};");
        }
    }
}
