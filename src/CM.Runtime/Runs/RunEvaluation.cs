using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>Judges samples every so many steps of a run, as <c>[Evaluate(Every = …)]</c> says.</summary>
internal sealed class RunEvaluation : IDisposable
{
    private readonly ExperimentPlan plan;
    private readonly TrainingSetup setup;
    private readonly EvaluationPlan evaluation;
    private readonly FeatureNetwork? network;
    private readonly Evaluator? evaluator; // of rank 0, for which the others wait

    private RunEvaluation(ExperimentPlan plan, TrainingSetup setup, IExamples examples, EvaluationPlan evaluation)
    {
        this.plan = plan;
        this.setup = setup;
        this.evaluation = evaluation;
        if (setup.Group.Writes())
            network = Features.Open(plan, null, null, setup.Device);
        evaluator = setup.Group.Await(goesOn => new Evaluator(plan, examples, network, setup.Seed, setup.Device, goesOn));
    }

    /// <summary>Prepares; null where the experiment does not ask for it.</summary>
    /// <exception cref="UserError">The classifier is not trained.</exception>
    public static RunEvaluation? Open(ExperimentPlan plan, TrainingSetup setup, IExamples examples) =>
        plan.Evaluation is { Every: > 0 } evaluation ? new RunEvaluation(plan, setup, examples, evaluation) : null;

    /// <summary>Whether samples are judged after so many steps.</summary>
    public bool IsDue(int done) => done > 0 && (done % evaluation.Every == 0 || done == setup.Steps);

    /// <summary>Judges samples made in one step and in all; all processes ask together, and rank 0 judges.</summary>
    /// <param name="training">Trainer to sample from.</param>
    /// <param name="done">Steps done.</param>
    /// <returns> Values for the log, each as <c>name/steps of the sampler</c>, and the distance of samples made in all steps. </returns>
    public (JsonObject Line, double? Distance) Judge(ConsistencyTrainer training, int done) => setup.Group.Await(goesOn =>
    {
        var line = new JsonObject { ["step"] = done };
        double? distance = null;
        foreach (var steps in new[] { 1, plan.SampleTimes.Length }.Distinct())
        {
            var judged = evaluator!.Judge(training, training.BestWeights, steps, evaluation.Samples, goesOn);
            distance = double.IsFinite(judged.Distance) ? judged.Distance : null;
            foreach (var (name, value) in judged.Values.Where(value => double.IsFinite(value.Value)))
                line[$"{name}/{steps}"] = value;
        }
        return (line, distance);
    });

    public void Dispose()
    {
        evaluator?.Dispose();
        network?.Dispose();
    }
}
