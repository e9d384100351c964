using System.Text.Json;

namespace CM.Runtime.Tests;

/// <summary>What the processes of a run do together beside the steps.</summary>
public sealed class TogetherTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_log_has_the_samples_of_all_processes()
    {
        Train("a", new EvaluationPlan(0, 10, null));
        var counts = Log("a").Where(line => line.TryGetProperty("samples_by_time", out _))
            .Select(line => line.GetProperty("samples_by_time").EnumerateArray().Sum(each => each.GetInt64())).ToList();
        counts.ShouldBe(Enumerable.Repeat((long)Tiny.Plan.Batch, 10));
    }

    [Fact]
    public void Rank_0_judges_as_one_process_does()
    {
        Train("a", new EvaluationPlan(5, 300, null));
        var lines = Log("a").Where(line => line.TryGetProperty("sliced_wasserstein/1", out _)).ToList();
        lines.Select(line => line.GetProperty("step").GetInt32()).ShouldBe([5, 10]);

        using var training = Tiny.Experiment.NewTraining(Tiny.Setup());
        using var checkpoint = RunFolder.Open(scratch["a"]).OpenNewest();
        checkpoint.Load(training);
        using var evaluator = new Evaluator(Tiny.Plan, new CM.Dsl.TwoMoons(), null, Tiny.Plan.Seed, new Device(DeviceType.CPU, -1));
        lines[1].GetProperty("sliced_wasserstein/1").GetDouble().ShouldBe(evaluator.Judge(training, training.BestWeights, 1, 300).Distance);
        checkpoint.State.Distance.ShouldBe(evaluator.Judge(training, training.BestWeights, 2, 300).Distance);
    }

    /// <summary>
    /// A process that hears nothing for longer than its timeout gives up, so rank 0 is heard of after every block of samples.
    /// </summary>
    [Fact]
    public void The_others_hear_of_rank_0_while_it_judges()
    {
        var few = Train("a", new EvaluationPlan(5, 250, null));
        var many = Train("b", new EvaluationPlan(5, 1000, null));
        (many - few).ShouldBe(3 * 2 * 2, "three blocks more, at two steps, with one and with two sampling times");
    }

    /// <summary>Trains with two processes.</summary>
    /// <returns>How often they met.</returns>
    private int Train(string name, EvaluationPlan evaluation)
    {
        var (meetings, building) = (0, new Lock());
        var folder = RunFolder.Create(scratch[name], "Tiny");
        Together.Run(2, group =>
        {
            var plan = Tiny.Plan with { Evaluation = evaluation };
            var experiment = Tiny.With(plan, make: setup =>
            {
                lock (building) // libtorch's generator is one for all threads
                    return new Tiny.Denoiser(setup);
            });
            var setup = Tiny.Setup(10) with { Group = group };
            using var run = new TrainingRun(plan, setup, folder, Examples.Open(plan, null), null, new QuietDisplay());
            experiment.Train(run);
            if (group.Rank == 0)
                meetings = group.Meetings;
        });
        return meetings;
    }

    private List<JsonElement> Log(string name) =>
        [.. File.ReadLines(Path.Combine(scratch[name], "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
}
