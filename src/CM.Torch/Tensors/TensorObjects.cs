using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>
/// The objects that stand for tensors between a <see cref="Begin"/> and its <see cref="End"/>, such as a training step: those whose tensors are disposed of
/// by then serve the next step of the same thread, which therefore allocates none.
/// </summary>
/// <remarks>
/// Until the end nothing is special: an object that was disposed throws. After it, objects of tensors that still live, and those that were
/// <see cref="Lend">lent</see>, belong to whoever has them and are never used again for another tensor; nobody may look at the others. Code of which one does
/// not know what it keeps must therefore be called within <see cref="Lend"/>.
/// </remarks>
public sealed class TensorObjects
{
    [ThreadStatic] private static TensorObjects? active;

    private readonly List<Tensor> objects = [];
    private int used;
    private bool open;

    /// <summary>A step begins; steps inside it belong to it.</summary>
    /// <returns>False inside of another one, whose end counts.</returns>
    public bool Begin()
    {
        if (active is not null || open)
            return false;
        active = this;
        return open = true;
    }

    /// <summary>The step is over, on the thread that began it.</summary>
    public void End()
    {
        active = null;
        open = false;
        var kept = 0;
        for (var i = 0; i < objects.Count; i++)
        {
            if (i >= used || objects[i] is { IsInvalid: true, IsLent: false })
                objects[kept++] = objects[i];
        }

        objects.RemoveRange(kept, objects.Count - kept);
        used = 0;
    }

    /// <summary>Until the result is disposed, this thread makes objects of their own for tensors; those given here stay their tensors' own as well.</summary>
    /// <param name="tensors">What others get to see; what is no tensor does not matter.</param>
    public static IDisposable Lend(params ReadOnlySpan<object?> tensors)
    {
        foreach (var each in tensors)
        {
            if (each is Tensor tensor)
                tensor.IsLent = true;
        }

        return new Pause();
    }

    internal static Tensor For(nint handle) => active is { } step ? step.Next(handle) : new Tensor(handle);

    private Tensor Next(nint handle)
    {
        if (used < objects.Count)
        {
            objects[used].Hold(handle);
            return objects[used++];
        }

        var tensor = new Tensor(handle);
        objects.Add(tensor);
        used++;
        return tensor;
    }

    private sealed class Pause : IDisposable
    {
        private readonly TensorObjects? before = active;

        public Pause() => active = null;

        public void Dispose() => active = before;
    }
}
