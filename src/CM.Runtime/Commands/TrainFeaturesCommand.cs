using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace CM.Runtime;

/// <summary><c>train-features NAME</c>: trains a classifier, by whose features samples are judged.</summary>
internal static class TrainFeaturesCommand
{
    public static Command New(Session session)
    {
        var name = new Argument<string>("NAME") { Description = "A network with [Classifier]." };
        var data = Options.Data();
        var device = Options.Device();
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new Command("train-features", "Train a classifier, by whose features samples are judged.") { name, data, device, threads, json };
        command.SetAction(parsed =>
        {
            var plan = session.Classifier(parsed.GetRequiredValue(name));
            Options.UseThreads(parsed.GetValue(threads));
            var where = Options.UseDevice(parsed.GetValue(device));
            using var trained = Train(plan, parsed.GetValue(data), where, session.Display(parsed.GetValue(json)));
            if (parsed.GetValue(json))
                session.Write(new JsonObject { ["classifier"] = plan.Name, ["features"] = plan.Features, ["classes"] = plan.Classes, ["accuracy"] = trained.Accuracy, ["test"] = plan.Test.GetType().Name, ["file"] = TrainedClassifier.PathOf(plan) });
            else
                session.Output.WriteLine($"{TrainedClassifier.PathOf(plan)}: {plan.Features} features of {plan.Classes} classes, {trained.Accuracy:P1} of {plan.Test.GetType().Name} told right");
        });
        return command;
    }

    /// <summary>Trains a classifier and shows how it goes.</summary>
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
