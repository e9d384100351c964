namespace CM.Runtime;

/// <summary>
/// Work on tensors of the same shapes that is the same at every step. Where the device can, it is recorded after a few steps and launched as one from
/// then on, and what it takes is copied to where the recording reads it; elsewhere it is done each time anew, through the same calls. A device cannot
/// record what looks at its numbers: no <c>item</c>, no <c>nonzero</c>, and numbers of the host come in by <see cref="Number"/>.
/// </summary>
public sealed class Recording : IDisposable
{
    // Libraries choose their kernels and take their work space in the first calls.
    private const int WarmUps = 3;

    [ThreadStatic]
    private static Recording? current;

    private readonly Func<Tensor[], Tensor?> work;
    private readonly Func<IDeviceWork> newDevice;
    private readonly Action begin;
    private readonly List<Action> before = [];
    private readonly List<Action> after = [];
    private readonly List<IDisposable> kept = [];
    private IDeviceWork? device;
    private Tensor[] inputs = [];
    private Tensor? result;
    private int runs;

    /// <param name="work">From the tensors given to a result, or none.</param>
    /// <param name="newDevice">What does it.</param>
    /// <param name="begin">What happens before each time, on the host.</param>
    internal Recording(Func<Tensor[], Tensor?> work, Func<IDeviceWork> newDevice, Action begin)
    {
        this.work = work;
        this.newDevice = newDevice;
        this.begin = begin;
    }

    /// <summary>What is being recorded on this thread: only its device does it, later.</summary>
    internal static Recording? Current => current;

    /// <summary>Does the work.</summary>
    /// <param name="given">What it takes; other shapes than before begin a new recording.</param>
    /// <returns>What it gives, the caller's own.</returns>
    public Tensor Run(params ReadOnlySpan<Tensor> given)
    {
        Do(given);
        return result!.clone();
    }

    /// <summary>Does the work where it gives nothing.</summary>
    internal void Do(params ReadOnlySpan<Tensor> given)
    {
        var device = TakeIn(given);
        if (runs++ < WarmUps)
        {
            begin();
            device.WarmUp(Work);
            return;
        }

        if (runs == WarmUps + 1)
            device.Record(device.Defers ? Recorded : Work);
        foreach (var each in before)
            each();
        begin();
        device.Replay();
        foreach (var each in after)
            each();
    }

    /// <summary>A number on the device that the host works out before each time, where this is being recorded.</summary>
    internal Tensor Number(Device place, Func<double> value)
    {
        var number = empty([], ScalarType.Float32, place).DetachFromDisposeScope(); // written before each time, outside of the recording
        kept.Add(number);
        before.Add(() =>
        {
            using var _ = no_grad();
            number.fill_(value());
        });
        return number.alias();
    }

    /// <summary>Shows tensors that the recording makes after each time, where this is being recorded.</summary>
    internal void Show(Action<Tensor, Tensor> to, Tensor first, Tensor second)
    {
        var (one, other) = (first.detach().DetachFromDisposeScope(), second.detach().DetachFromDisposeScope());
        kept.AddRange([one, other]);
        after.Add(() => to(one, other));
    }

    /// <summary>Frees the recording.</summary>
    public void Dispose()
    {
        if (device is { Defers: true })
            foreach (var input in inputs)
                input.Dispose();
        device?.Dispose();
        result?.Dispose();
        foreach (var each in kept)
            each.Dispose();
        (device, result, inputs, runs) = (null, null, [], 0);
        kept.Clear();
        before.Clear();
        after.Clear();
    }

    // What stands ready for the work, on the device that does it.
    private IDeviceWork TakeIn(ReadOnlySpan<Tensor> given)
    {
        if (device is { Defers: true } && !Fits(given))
            Dispose();
        device ??= newDevice();
        var isNew = inputs.Length != given.Length;
        if (isNew)
            inputs = new Tensor[given.Length];
        if (!device.Defers)
        {
            given.CopyTo(inputs);
            return device;
        }

        using var _ = no_grad();
        for (var i = 0; i < given.Length; i++)
        {
            if (isNew)
                inputs[i] = given[i].detach().clone().DetachFromDisposeScope();
            else
                inputs[i].copy_(given[i]);
        }

        return device;
    }

    private bool Fits(ReadOnlySpan<Tensor> given)
    {
        if (given.Length != inputs.Length)
            return false;
        for (var i = 0; i < given.Length; i++)
            if (inputs[i].dtype != given[i].dtype || !inputs[i].shape.AsSpan().SequenceEqual(given[i].shape))
                return false;
        return true;
    }

    private void Work()
    {
        result?.Dispose();
        result = work(inputs)?.DetachFromDisposeScope();
    }

    private void Recorded()
    {
        current = this;
        try
        {
            Work();
        }
        catch (Exception failure) when (failure is not UserError)
        {
            throw new UserError($"the device cannot record this step ({failure.Message.TrimEnd('.')}); set CM_GRAPHS=0 in the environment to do its operations one by one.", failure);
        }
        finally
        {
            current = null;
        }
    }
}
