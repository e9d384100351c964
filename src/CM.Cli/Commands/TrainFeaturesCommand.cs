using System.CommandLine;
using System.Text.Json.Nodes;

namespace CM.Cli;

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
        var command = new Command("train-features", "Train a classifier, by whose features samples are judged.")
        {
            name, data, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            var plan = session.Classifier(parsed.GetRequiredValue(name));
            LibTorch.UseThreads(parsed.GetValue(threads));
            var where = LibTorch.DeviceOf(parsed.GetValue(device));
            using var trained = ClassifierRun.Train(plan, parsed.GetValue(data), where, session.Display(parsed.GetValue(json)));
            if (parsed.GetValue(json))
                session.Write(new JsonObject
                {
                    ["classifier"] = plan.Name,
                    ["features"] = plan.Features,
                    ["classes"] = plan.Classes,
                    ["accuracy"] = trained.Accuracy,
                    ["test"] = plan.Test.GetType().Name,
                    ["file"] = TrainedClassifier.PathOf(plan),
                });
            else
                session.Output.WriteLine($"{TrainedClassifier.PathOf(plan)}: {plan.Features} features of {plan.Classes} classes, "
                    + $"{trained.Accuracy:P1} of {plan.Test.GetType().Name} told right");
        });
        return command;
    }
}
