using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Owns the tensors that its thread makes while it is the innermost scope, and disposes at its end what nobody moved out or detached.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? current;
    [ThreadStatic] private static Stack<List<IDisposable>>? spare;

    private readonly DisposeScope? outer;
    private List<IDisposable>? list;
    private bool disposed;

    internal DisposeScope()
    {
        outer = current;
        current = this;
    }

    /// <summary>The innermost open scope of this thread.</summary>
    internal static DisposeScope? Current => current;

    // A tensor knows its place in here, so that leaving costs nothing; the last takes the place of the one that leaves. A scope that closes leaves its
    // list, empty by then, to the next one of its thread.
    private List<IDisposable> Owned => list ??= spare is not null && spare.TryPop(out var left) ? left : [];

    public int DisposablesCount => Owned.Count;

    public IReadOnlyList<IDisposable> DisposablesView => [.. Owned];

    public bool Contains(IDisposable disposable) => Place(disposable) >= 0;

    public void Attach(IDisposable disposable)
    {
        if (disposable is Tensor tensor)
        {
            tensor.Owner?.Release(tensor);
            tensor.Owner = this;
            tensor.Place = Owned.Count;
        }
        else if (Contains(disposable))
            return;
        Owned.Add(disposable);
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var all = disposables.ToArray();
        foreach (var disposable in all)
            Attach(disposable);
        return all;
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        Release(disposable);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            Release(disposable);
    }

    /// <summary>To the scope around this one; out of all scopes where there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        Move(disposable, outer);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            Move(disposable, outer);
    }

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        Move(disposable, scope);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second));

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            Move(disposable, scope);
    }

    public void DisposeEverything() => DisposeEverythingBut([]);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        for (var i = Owned.Count - 1; i >= 0; i--)
        {
            if (i >= Owned.Count || keep.Contains(Owned[i]))
                continue; // disposing one may have taken others along
            var disposable = Owned[i];
            Remove(i);
            disposable.Dispose();
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    /// <summary>Forgets a thing that its user disposed.</summary>
    public void MarkAsDisposed(IDisposable disposable) => Release(disposable);

    /// <summary>Disposes what the scope still owns and makes the scope around it the innermost again.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        while (list is { Count: > 0 })
        {
            var last = Owned[^1];
            Remove(Owned.Count - 1);
            last.Dispose();
        }
        if (list is not null)
            (spare ??= []).Push(list);
        list = null;
        // Scopes close in any order; the innermost one is the first still open, looking outwards.
        while (current is { disposed: true })
            current = current.outer;
    }

    private void Release(IDisposable disposable)
    {
        if (Place(disposable) is var place && place >= 0)
            Remove(place);
    }

    private int Place(IDisposable disposable) => disposable is Tensor tensor
        ? tensor.Owner == this ? tensor.Place : -1
        : Find(disposable);

    // Apart, since what a lambda captures is allocated where its method begins.
    private int Find(IDisposable disposable) => Owned.FindIndex(other => ReferenceEquals(other, disposable));

    private void Remove(int place)
    {
        if (Owned[place] is Tensor tensor)
            tensor.Owner = null;
        var last = Owned[^1];
        Owned[place] = last;
        if (last is Tensor moved && place < Owned.Count - 1)
            moved.Place = place;
        Owned.RemoveAt(Owned.Count - 1);
    }

    private void Move(IDisposable disposable, DisposeScope? scope)
    {
        Release(disposable);
        scope?.Attach(disposable);
    }
}

public static partial class torch
{
    /// <summary>Opens a scope that disposes, at its own disposal, the tensors made in it.</summary>
    public static DisposeScope NewDisposeScope() => new();

    public static DisposeScope? CurrentDisposeScope => DisposeScope.Current;

    /// <summary>Evaluates an expression in a scope of its own; only its value leaves it.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
