using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// Prepares batches on a thread of its own, a little ahead of the training; of several processes, each prepares its own rows of them.
/// </summary>
internal sealed class BatchFeed : IDisposable
{
    private const int Ahead = 2;

    private readonly IExamples examples;
    private readonly ExperimentPlan plan;
    private readonly TrainingSetup setup;
    private readonly int batch;
    private readonly BatchOrder order;
    private readonly BlockingCollection<Batch> ready = new(Ahead);
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;
    private ExceptionDispatchInfo? failure;

    /// <summary>Starts preparing.</summary>
    /// <param name="examples">Examples of the data source.</param>
    /// <param name="plan">Shape of one example, and whether images are mirrored.</param>
    /// <param name="setup">Batch, seed, device.</param>
    /// <param name="firstStep">The step whose batch comes first.</param>
    public BatchFeed(IExamples examples, ExperimentPlan plan, TrainingSetup setup, int firstStep)
    {
        this.examples = examples;
        this.plan = plan;
        this.setup = setup;
        batch = setup.OwnBatch;
        order = new BatchOrder(examples.Count, setup.Seed);
        thread = new Thread(() => Work(firstStep)) { IsBackground = true, Name = "batches" };
        thread.Start();
    }

    /// <summary>Time that <see cref="Next"/> waited for batches that were not ready.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>The next batch, on the device; the caller disposes of its tensors.</summary>
    public Batch Next()
    {
        var asked = Stopwatch.GetTimestamp();
        if (!ready.TryTake(out var next, Timeout.Infinite))
            failure!.Throw();
        Waited += Stopwatch.GetElapsedTime(asked);
        return new Batch(OnDevice(next!.Values), next.Labels is null ? null : OnDevice(next.Labels));
    }

    /// <summary>Stops preparing and frees what was prepared.</summary>
    public void Dispose()
    {
        stop.Cancel();
        thread.Join();
        while (ready.TryTake(out var left))
        {
            left.Values.Dispose();
            left.Labels?.Dispose();
        }
        ready.Dispose();
        stop.Dispose();
    }

    private void Work(int firstStep)
    {
        try
        {
            for (var position = (long)firstStep * setup.Batch + setup.OwnFirst; ; position += setup.Batch)
                ready.Add(Read(position), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    private Batch Read(long position)
    {
        var tensor = empty([batch, .. plan.DataShape], ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        var size = values.Length / batch;
        for (var i = 0; i < batch; i++)
        {
            var example = values.Slice(i * size, size);
            examples.Read(order[position + i], example);
            if (plan.HorizontalFlip && order.Coin(position + i))
                Mirror(example);
        }
        return new Batch(tensor, examples is ILabelledExamples labelled ? ReadLabels(labelled, position) : null);
    }

    private void Mirror(Span<float> image)
    {
        var width = (int)plan.DataShape[^1];
        for (var row = 0; row < image.Length; row += width)
            image.Slice(row, width).Reverse();
    }

    private Tensor ReadLabels(ILabelledExamples labelled, long position)
    {
        var tensor = empty([batch], ScalarType.Int64);
        var labels = MemoryMarshal.Cast<byte, long>(tensor.bytes);
        for (var i = 0; i < batch; i++)
            labels[i] = labelled.Label(order[position + i]);
        return tensor;
    }

    private Tensor OnDevice(Tensor prepared)
    {
        if (setup.Device.type == DeviceType.CPU)
            return prepared;
        using (prepared)
            return prepared.to(setup.Device);
    }
}

/// <summary>The data of a step.</summary>
/// <param name="Values"><c>[batch, …]</c>, float32.</param>
/// <param name="Labels"><c>[batch]</c>, int64; null where the examples have none.</param>
internal sealed record Batch(Tensor Values, Tensor? Labels);
