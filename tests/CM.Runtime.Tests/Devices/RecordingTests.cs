namespace CM.Runtime.Tests;

/// <summary>What stands around the recording of a device, with a device that records numbers only.</summary>
public sealed class RecordingTests
{
    private static readonly Device Cpu = new(DeviceType.CPU, -1);

    [Fact]
    public void A_device_that_cannot_record_does_the_work_each_time()
    {
        var worked = 0;
        using var recording = new Recording(given =>
        {
            worked++;
            return given[0] + given[1];
        }, () => new PlainWork(), () => { });
        for (var i = 0; i < 7; i++)
        {
            using var one = full([3], i);
            using var other = ones(3);
            using var sum = recording.Run(one, other);
            sum.data<float>().ToArray().ShouldBe([i + 1f, i + 1f, i + 1f]);
        }

        worked.ShouldBe(7);
    }

    [Fact]
    public void Inputs_and_numbers_reach_a_recording_and_what_it_shows_is_seen_after_each_replay()
    {
        var (now, begun, seen) = (0, 0, new List<(float, float)>());
        var device = new Tape();
        Recording? recording = null;
        recording = new Recording(given =>
        {
            using var number = Recording.Current?.Number(Cpu, () => 100 * now) ?? full([], 100f * now);
            device.Tracks(given[0]);
            device.Tracks(number);
            Recording.Current?.Show((first, second) => seen.Add((first.item<float>(), second.item<float>())), given[0], number);
            return given[0].alias();
        }, () => device, () => begun++);
        using (recording)
        {
            for (now = 0; now < 6; now++)
            {
                using var input = full([], (float)now);
                using var result = recording.Run(input);
                result.item<float>().ShouldBe(now);
            }
        }

        (device.WarmUps, device.Records, device.Replays, begun).ShouldBe((3, 1, 3, 6));
        device.Played.ShouldBe([[3, 300], [4, 400], [5, 500]]);
        seen.ShouldBe([(3, 300), (4, 400), (5, 500)]);
        Recording.Current.ShouldBeNull();
    }

    [Fact]
    public void Other_shapes_begin_a_new_recording()
    {
        var devices = new List<Tape>();
        using var recording = new Recording(given => given[0].sum(), () =>
        {
            devices.Add(new Tape());
            return devices[^1];
        }, () => { });
        foreach (var size in new[] { 2, 2, 2, 2, 3, 3 })
        {
            using var input = ones(size);
            using var _ = recording.Run(input);
        }

        devices.Select(device => (device.WarmUps, device.Records, device.Disposed)).ShouldBe([(3, 1, true), (2, 0, false)]);
    }

    [Fact]
    public void What_cannot_be_recorded_ends_with_what_to_do()
    {
        using var recording = new Recording(_ => Recording.Current is null ? zeros(1) : throw new InvalidOperationException("operation not permitted when stream is capturing."), () => new Tape(), () => { });
        for (var i = 0; i < 3; i++)
            recording.Run().Dispose();
        Should.Throw<UserError>(() => recording.Run()).Message.ShouldBe("the device cannot record this step (operation not permitted when stream is capturing); set CM_GRAPHS=0 in the environment to do its operations one by one.");
        Recording.Current.ShouldBeNull();
    }

    // Records which tensors the work reads, and replays by reading them.
    private sealed class Tape : IDeviceWork
    {
        private readonly List<Tensor> tracked = [];
        private bool records;

        public bool Defers => true;

        public int WarmUps { get; private set; }

        public int Records { get; private set; }

        public int Replays => Played.Count;

        public List<float[]> Played { get; } = [];

        public bool Disposed { get; private set; }

        public void Tracks(Tensor tensor)
        {
            if (records)
                tracked.Add(tensor.alias());
        }

        public void WarmUp(Action work)
        {
            WarmUps++;
            work();
        }

        public void Record(Action work)
        {
            Records++;
            records = true;
            work();
            records = false;
        }

        public void Replay() => Played.Add([.. tracked.Select(tensor => tensor.item<float>())]);

        public void Dispose()
        {
            Disposed = true;
            tracked.ForEach(tensor => tensor.Dispose());
        }
    }
}
