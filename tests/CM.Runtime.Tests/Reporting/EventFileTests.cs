using System.Text.Json.Nodes;

namespace CM.Runtime.Tests;

/// <summary>
/// Files for TensorBoard, read back by the published formats (tensorflow/core/lib/io/record_writer.h, event.proto, summary.proto).
/// </summary>
public sealed class EventFileTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Scalars_come_back()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var events = Written(file => file.AddScalars(300_000_000_000, [("loss", 0.25), ("größer", -1.5)]), 0);
        events.Count.ShouldBe(2);
        events[0].Text(3).ShouldBe("brain.Event:2");
        events[1].Double(1).ShouldBeInRange(before - 1, before + 60);
        events[1].Number(2).ShouldBe(300_000_000_000);
        events[1].Inner(5).All(1).Select(value => (value.Text(1), value.Float(2))).ShouldBe([("loss", 0.25f), ("größer", -1.5f)]);
    }

    [Fact]
    public void Pictures_come_back()
    {
        var picture = EncodedImage.Of(3, 2, channels: 3, [.. Enumerable.Range(0, 18).Select(i => (byte)(10 * i))]);
        var value = Written(file => file.AddPicture(5, "samples", picture), 0)[1].Inner(5).Inner(1);
        value.Text(1).ShouldBe("samples");
        var image = value.Inner(4);
        (image.Number(1), image.Number(2), image.Number(3)).ShouldBe((2, 3, 3));
        image.Bytes(4).ShouldBe(picture.Png);
    }

    [Fact]
    public void Histograms_come_back()
    {
        var value = Written(file => file.AddHistogram(5, "log_times", [-1, 0, 2], [3, 5]), 0)[1].Inner(5).Inner(1);
        value.Text(1).ShouldBe("log_times");
        var histogram = value.Inner(5);
        (histogram.Double(1), histogram.Double(2), histogram.Double(3)).ShouldBe((-1, 2, 8));
        (histogram.Double(4), histogram.Double(5)).ShouldBe((3 * -0.5 + 5 * 1, 3 * 0.25 + 5 * 1));
        histogram.Doubles(6).ShouldBe([-1, 0, 2]);
        histogram.Doubles(7).ShouldBe([0, 3, 5], "the first bucket goes up to the first limit");
    }

    [Fact]
    public void A_file_of_a_resumed_run_voids_what_came_after_its_first_step()
    {
        var start = Written(_ => { }, resumedAfter: 40)[1];
        start.Number(2).ShouldBe(41);
        start.Inner(7).Number(1).ShouldBe(1, "SessionLog.START");
    }

    [Fact]
    public void A_run_writes_its_log_for_TensorBoard_too()
    {
        new TrainRequest { Experiment = Tiny.Experiment, Steps = 30, Out = scratch["a"] }.Run(new QuietDisplay());
        var events = Records.Read(Directory.EnumerateFiles(scratch["a"], "events.out.tfevents.*").Single()).ToList();
        var log = File.ReadLines(Path.Combine(scratch["a"], "log.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();

        var written = Scalars("loss");
        written.Select(scalar => scalar.Step).ShouldBe(Enumerable.Range(1, 30).Select(step => (long)step));
        written.Select(scalar => scalar.Value)
            .ShouldBe(log.Where(line => line["loss"] is not null).Select(line => (float)(double)line["loss"]!));
        foreach (var tag in (string[])["images_per_second", "gradient_norm", "memory", "waiting"])
            Scalars(tag).Count.ShouldBe(30);
        Scalars("sliced_wasserstein").Select(scalar => scalar.Step).ShouldBe([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
        Scalars("loss_by_time/2: 0.02828 to 0.4").Count.ShouldBe(30);
        Values().Count(value => value.Value.Has(4) && value.Value.Text(1) == "samples").ShouldBe(11);
        var histogram = Values().Last(value => value.Value.Has(5)).Value.Inner(5);
        histogram.Double(3).ShouldBe(Tiny.Plan.Batch);
        histogram.Doubles(6)[^1].ShouldBe(Math.Log(80), 1e-12);

        IEnumerable<(long Step, Records.Message Value)> Values() =>
            events.Where(each => each.Has(5)).SelectMany(each => each.Inner(5).All(1).Select(value => (each.Number(2), value)));
        List<(long Step, float Value)> Scalars(string tag) =>
        [
            .. Values().Where(value => value.Value.Has(2) && value.Value.Text(1) == tag)
                .Select(value => (value.Step, value.Value.Float(2))),
        ];
    }

    private List<Records.Message> Written(Action<EventFile> write, int resumedAfter)
    {
        using var file = new EventFile(scratch.Path, resumedAfter);
        write(file);
        return [.. Records.Read(file.Path)];
    }
}
