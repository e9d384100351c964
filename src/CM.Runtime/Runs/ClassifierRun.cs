using System.Diagnostics;

namespace CM.Runtime;

/// <summary>The training of a classifier, by whose features samples are judged.</summary>
internal static class ClassifierRun
{
    /// <summary>Trains a classifier, writes its weights, and shows how it goes.</summary>
    /// <param name="plan">The classifier.</param>
    /// <param name="data">Folder with data files, where the user named one.</param>
    /// <param name="device">Device of the training.</param>
    /// <param name="display">The display that is told.</param>
    public static TrainedClassifier Train(ClassifierPlan plan, string? data, Device device, Display display)
    {
        TrainedClassifier? trained = null;
        var clock = Stopwatch.StartNew();
        display.Say($"{plan.Name}: {plan.Steps:N0} steps of {plan.Batch:N0} on {plan.Data.GetType().Name}");
        display.During(() => trained = TrainedClassifier.Train(plan, data, device, (step, loss) =>
        {
            var perStep = clock.Elapsed / step;
            display.Update(new StepReport(step, plan.Steps, loss, plan.Batch / perStep.TotalSeconds, perStep * (plan.Steps - step)));
        }));
        return trained!;
    }
}
