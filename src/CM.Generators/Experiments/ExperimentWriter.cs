using CM.Generators.Couplings;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes the generated part of an experiment: its plan, its training loop, and its training.</summary>
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
        Train();
        Code.Line();
        new TrainingWriter(Experiment, Code, Coupling).Write();
    }

    private void Broken(string message)
    {
        var fail = $"throw new global::System.NotSupportedException({Quote(message)})";
        Code.Line($"public static {New}ExperimentPlan Plan => {fail};").Line();
        Code.Line($"public static {New}void Train(TrainingRun run) => {fail};").Line();
        using (Code.Braces($"public {New}sealed class Training(TrainingSetup setup) : global::CM.Runtime.Training(setup, Refuse(), [])"))
        {
            Code.Line($"private static ParameterLayout Refuse() => {fail};").Line();
            Code.Line($"public override Tensor Step(Tensor data, int step) => {fail};").Line();
            Code.Line($"public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise) => {fail};");
        }
    }

    private void Train()
    {
        Code.Line("/// <summary>The training loop.</summary>");
        Code.Line("/// <param name=\"run\">Folder, data, log and checkpoints of this run.</param>");
        using (Code.Braces($"public static {New}void Train(TrainingRun run)"))
        {
            Code.Line("using var training = new Training(run.Setup);");
            Code.Line("run.Begin(training);                    // fresh weights, or those of the checkpoint that is resumed");
            using (Code.Braces("while (run.NextStep(out var step))      // until the last step, or until somebody asks to stop"))
            {
                Code.Line($"using var data = run.NextBatch();   // {Shape}");
                if (Experiment.TakesLabels)
                    Code.Line($"using var labels = run.Labels();    // {Classes}");
                Code.Line($"using var loss = training.Step(data, {OfStep("labels, ")}step);");
                Code.Line("run.EndStep(loss);                  // progress, log, samples, checkpoint");
            }

            Code.Line();
            Code.Line("run.Finish();");
        }
    }
}
