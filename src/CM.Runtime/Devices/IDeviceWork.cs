namespace CM.Runtime;

/// <summary>Work of a device that is the same again and again.</summary>
internal interface IDeviceWork : IDisposable
{
    /// <summary>Whether replaying does what was recorded, and not the work itself.</summary>
    bool Defers { get; }

    /// <summary>Does it once, outside of any recording.</summary>
    void WarmUp(Action work);

    /// <summary>Takes it in without doing it; it must not wait for the device.</summary>
    void Record(Action work);

    /// <summary>Does what was taken in.</summary>
    void Replay();
}

/// <summary>Work that is done anew each time: on the CPU, and on devices that cannot record.</summary>
internal sealed class PlainWork : IDeviceWork
{
    private Action work = () => throw new InvalidOperationException("Record comes first.");

    /// <inheritdoc/>
    public bool Defers => false;

    /// <inheritdoc/>
    public void WarmUp(Action work) => work();

    /// <inheritdoc/>
    public void Record(Action work) => this.work = work;

    /// <inheritdoc/>
    public void Replay() => work();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
