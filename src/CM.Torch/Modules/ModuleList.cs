using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Modules of one kind in order, registered as <c>0</c>, <c>1</c>, …</summary>
public class ModuleList<T> : nn.Module, IList<T>
    where T : nn.Module
{
    private readonly List<T> list = [];

    public ModuleList(params T[] modules)
        : base(nameof(ModuleList<T>))
    {
        list.AddRange(modules);
        Register();
    }

    public int Count => list.Count;

    public bool IsReadOnly => false;

    public T this[int index]
    {
        get => list[index];
        set => Change(() => list[index] = value);
    }

    public void Add(T item) => Change(() => list.Add(item));

    public void append(params T[] parameters) => Change(() => list.AddRange(parameters));

    public void extend(IEnumerable<T> modules) => Change(() => list.AddRange(modules));

    public void Clear() => Change(list.Clear);

    public bool Contains(T item) => list.Contains(item);

    public void CopyTo(T[] array, int arrayIndex) => list.CopyTo(array, arrayIndex);

    public IEnumerator<T> GetEnumerator() => list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public int IndexOf(T item) => list.IndexOf(item);

    public void Insert(int index, T item) => Change(() => list.Insert(index, item));

    public bool Remove(T item)
    {
        var found = list.Remove(item);
        Change(() => { });
        return found;
    }

    public void RemoveAt(int index) => Change(() => list.RemoveAt(index));

    /// <summary>The list registers its modules whenever it changes.</summary>
    protected override void RegisterComponents()
    {
    }

    // Names are positions, so every change names them anew.
    private void Change(Action change)
    {
        change();
        ClearModules();
        Register();
    }

    private void Register()
    {
        for (var i = 0; i < list.Count; i++)
            register_module(i.ToString(), list[i]);
    }
}
