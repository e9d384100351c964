using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules of one kind by name, in order.</summary>
    public class ModuleDict<T> : nn.Module, IEnumerable<(string, T)>
        where T : nn.Module
    {
        private readonly List<(string Name, T Module)> list = [];

        public ModuleDict()
            : base(nameof(ModuleDict<T>))
        {
        }

        public int Count => list.Count;

        public T this[string key]
        {
            get => TryGetValue(key, out var module) ? module : throw new KeyNotFoundException($"There is no module '{key}'.");
            set
            {
                var at = list.FindIndex(pair => pair.Name == key);
                if (at < 0)
                    list.Add((key, value));
                else
                    list[at] = (key, value);
                ClearModules();
                foreach (var (name, module) in list)
                    register_module(name, module);
            }
        }

        public void Add(string key, T value)
        {
            register_module(key, value);
            list.Add((key, value));
        }

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value)
        {
            value = list.FirstOrDefault(pair => pair.Name == key).Module;
            return value is not null;
        }

        public IEnumerator<(string, T)> GetEnumerator() => list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>A module is registered when it is added.</summary>
        protected override void RegisterComponents()
        {
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.ModuleDict<T> ModuleDict<T>(params (string, T)[] modules)
                where T : Module
            {
                var dict = new Modules.ModuleDict<T>();
                foreach (var (name, module) in modules)
                    dict.Add(name, module);
                return dict;
            }
        }
    }
}
