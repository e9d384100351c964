using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CM.Torch;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// A part of a network: parameters it learns, buffers it carries, and parts of its own, by name and in the order of their registration.
        /// </summary>
        public class Module : IDisposable
        {
            private readonly OrderedDictionary<string, Parameter?> ownParameters = [];
            private readonly OrderedDictionary<string, (Tensor? Tensor, bool Persistent)> ownBuffers = [];
            private readonly OrderedDictionary<string, Module> ownModules = [];

            protected string name;

            protected Module(string name) => this.name = name;

            public virtual bool training { get; private protected set; } = true;

            public virtual string GetName() => name;

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Disposes parameters and buffers, and the parts with theirs.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                    return;
                foreach (var parameter in ownParameters.Values)
                    parameter?.Dispose();
                foreach (var (buffer, _) in ownBuffers.Values)
                    buffer?.Dispose();
                foreach (var module in ownModules.Values)
                    module.Dispose();
                Release();
            }

            /// <summary>Frees what a module holds beside parameters, buffers and parts.</summary>
            private protected virtual void Release()
            {
            }

            /// <summary>Takes the module's tensor out of its dispose scope: it lives as long as the module.</summary>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_parameter(string name, Parameter? param)
            {
                Free(name);
                ownParameters.Add(name, param);
                param?.DetachFromDisposeScope();
            }

            /// <inheritdoc cref="register_parameter"/>
            public virtual void register_buffer(string name, Tensor? tensor, bool persistent = true)
            {
                Free(name);
                ownBuffers.Add(name, (tensor, persistent));
                tensor?.DetachFromDisposeScope();
            }

            public virtual void register_module(string name, Module submodule)
            {
                if (string.IsNullOrEmpty(name) || name.Contains('.'))
                    throw new ArgumentException($"'{name}' is no name of a module: it must not be empty nor contain a dot.", nameof(name));
                Free(name);
                if (ReferenceEquals(submodule, this))
                    throw new ArgumentException("A module cannot be a part of itself.");
                submodule.RegisterComponents();
                ownModules.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                ownParameters.Remove(name);
                if (value is not null)
                    register_parameter(name, value);
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                ownBuffers.Remove(name);
                if (value is not null)
                    register_buffer(name, value, persistent);
            }

            protected void ClearModules() => ownModules.Clear();

            /// <summary>Registers the module's fields by their names. Generated modules register by hand, and override this to do nothing.</summary>
            [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A module that is trimmed overrides this method; generated ones do.")]
            protected virtual void RegisterComponents()
            {
                foreach (var field in GetType().GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
                {
                    if (Taken(field.Name))
                        continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(field.Name, module); break;
                        case Parameter parameter: register_parameter(field.Name, parameter); break;
                        case Tensor tensor: register_buffer(field.Name, tensor); break;
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(pair => pair.parameter);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<nint>();
                foreach (var (prefix, module) in recurse ? Tree() : [("", this)])
                    foreach (var (name, parameter) in module.ownParameters)
                        if (parameter is not null && seen.Add(parameter.Handle))
                            yield return (prefix + name, parameter);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) => named_buffers(recurse, include_nonpersistent).Select(pair => pair.buffer);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<nint>();
                foreach (var (prefix, module) in recurse ? Tree() : [("", this)])
                    foreach (var (name, (buffer, persistent)) in module.ownBuffers)
                        if (buffer is not null && (persistent || include_nonpersistent) && seen.Add(buffer.Handle))
                            yield return (prefix + name, buffer);
            }

            public virtual IEnumerable<Module> children() => ownModules.Values;

            public virtual IEnumerable<(string name, Module module)> named_children() => ownModules.Select(pair => (pair.Key, pair.Value));

            public virtual IEnumerable<Module> modules() => Tree().Select(pair => pair.Module);

            public virtual IEnumerable<(string name, Module module)> named_modules() => Tree().Skip(1).Select(pair => (pair.Prefix[..^1], pair.Module));

            public virtual bool has_parameter(string target) => named_parameters().Any(pair => pair.name == target);

            public virtual Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(pair => pair.name == target).parameter;

            public virtual bool has_buffer(string target) => named_buffers().Any(pair => pair.name == target);

            public virtual Tensor? get_buffer(string target) => named_buffers().FirstOrDefault(pair => pair.name == target).buffer;

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var module in ownModules.Values)
                    module.apply(fn);
                fn(this);
                return this;
            }

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var module in ownModules.Values)
                    module.train(train);
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    if (set_to_none)
                    {
                        parameter.grad = null;
                        continue;
                    }
                    using var grad = parameter.grad;
                    grad?.detach_().zero_();
                }
            }

            /// <summary>Parameters and persistent buffers by name: the module's own tensors, no copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var front = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, parameter) in named_parameters())
                    destination[front + name] = parameter;
                foreach (var (name, buffer) in named_buffers(include_nonpersistent: false))
                    destination[front + name] = buffer;
                return destination;
            }

            /// <summary>Copies the given tensors into the module's of the same names.</summary>
            /// <returns>Names that the module has and the source lacks, and those that the source has and the module lacks.</returns>
            /// <exception cref="InvalidOperationException"><paramref name="strict"/>, and names differ; or a shape differs.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                bool Wanted(string key) => skip is null || !skip.Contains(key);
                string[] missing = [.. own.Keys.Where(key => Wanted(key) && !source.ContainsKey(key))];
                string[] unexpected = [.. source.Keys.Where(key => Wanted(key) && !own.ContainsKey(key))];
                if (strict && missing.Length + unexpected.Length > 0)
                    throw new InvalidOperationException($"The loaded state_dict is not identical to the target dictionary: missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");
                using (no_grad())
                {
                    foreach (var (key, tensor) in own)
                    {
                        if (!Wanted(key) || !source.TryGetValue(key, out var value))
                            continue;
                        if (!tensor.shape.AsSpan().SequenceEqual(value.shape))
                            throw new InvalidOperationException($"'{key}' has shape [{string.Join(", ", value.shape)}]; the module's is [{string.Join(", ", tensor.shape)}].");
                        tensor.copy_(value);
                    }
                }
                return (missing, unexpected);
            }

            protected virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Convert(dtype, device, non_blocking);

            protected virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => Convert(null, new Device(deviceType, deviceIndex), non_blocking);

            protected virtual Module _to(ScalarType dtype, bool non_blocking) => Convert(dtype, null, non_blocking);

            public Module _to(Tensor other, bool non_blocking) => Convert(other.dtype, other.device, non_blocking);

            internal Module To(ScalarType? dtype, Device? device, bool non_blocking) => (dtype, device) switch
            {
                ({ } type, { } place) => _to(place, type, non_blocking),
                ({ } type, null) => _to(type, non_blocking),
                (null, { } place) => _to(place.type, place.index, non_blocking),
                _ => this,
            };

            // The tensors change what they hold and stay the same objects, so that fields which hold them need not be found again.
            private Module Convert(ScalarType? dtype, Device? device, bool non_blocking)
            {
                using (no_grad())
                {
                    foreach (var tensor in parameters().Concat(buffers()).ToArray())
                        tensor.Become(tensor.to(dtype is { } type && tensor.is_floating_point() ? type : tensor.dtype, device ?? tensor.device, non_blocking: non_blocking));
                }
                return this;
            }

            private bool Taken(string name) => ownParameters.ContainsKey(name) || ownBuffers.ContainsKey(name) || ownModules.ContainsKey(name);

            private void Free(string name)
            {
                if (Taken(name))
                    throw new InvalidOperationException($"The module {this.name} already has a component '{name}'.");
            }

            // This module and all below it, each once, with the prefix of what it registered.
            private List<(string Prefix, Module Module)> Tree()
            {
                var all = new List<(string, Module)>();
                var seen = new HashSet<Module>(ReferenceEqualityComparer.Instance);
                Add("", this);
                return all;

                void Add(string prefix, Module module)
                {
                    if (!seen.Add(module))
                        return;
                    all.Add((prefix, module));
                    foreach (var (name, child) in module.ownModules)
                        Add(prefix + name + ".", child);
                }
            }
        }

        /// <summary>A module whose calls can be watched and changed from outside.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            protected Dictionary<string, TPreHook> pre_hooks = [];
            protected Dictionary<string, TPostHook> post_hooks = [];
            protected Dictionary<string, Action<Module>> module_pre_hooks = [];
            protected Dictionary<string, Action<Module>> module_post_hooks = [];

            protected HookableModule(string name) : base(name) { }

            public HookRemover register_forward_pre_hook(TPreHook hook) => Add(pre_hooks, hook);

            public HookRemover register_forward_hook(TPostHook hook) => Add(post_hooks, hook);

            public HookRemover register_forward_pre_hook(Action<Module> hook) => Add(module_pre_hooks, hook);

            public HookRemover register_forward_hook(Action<Module> hook) => Add(module_post_hooks, hook);

            private HookRemover Add<THook>(Dictionary<string, THook> hooks, THook hook)
            {
                var key = Guid.NewGuid().ToString();
                hooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            private protected void Before()
            {
                foreach (var hook in module_pre_hooks.Values)
                    hook(this);
            }

            private protected void After()
            {
                foreach (var hook in module_post_hooks.Values)
                    hook(this);
            }

            // What hooks see is theirs to keep.
            private protected bool IsHooked => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

            public class HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
            {
                public void remove()
                {
                    module.pre_hooks.Remove(key);
                    module.post_hooks.Remove(key);
                    module.module_pre_hooks.Remove(key);
                    module.module_post_hooks.Remove(key);
                }
            }
        }

        public interface IModule<T, TResult>
        {
            TResult call(T input1);
        }

        public interface IModule<T1, T2, TResult>
        {
            TResult call(T1 input1, T2 input2);
        }

        public interface IModule<T1, T2, T3, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3);
        }

        /// <summary>A module of one input.</summary>
        public abstract class Module<T, TResult> : HookableModule<Func<Module<T, TResult>, T, T?>, Func<Module<T, TResult>, T, TResult, TResult?>>, IModule<T, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T input);

            /// <summary>forward, with the hooks around it.</summary>
            public TResult call(T input)
            {
                if (!IsHooked)
                    return forward(input);
                using var _ = TensorObjects.Lend(input);
                Before();
                foreach (var hook in pre_hooks.Values)
                    input = hook(this, input) ?? input;
                var result = forward(input);
                foreach (var hook in post_hooks.Values)
                    result = hook(this, input, result) ?? result;
                After();
                return result;
            }
        }

        /// <summary>A module of two inputs.</summary>
        public abstract class Module<T1, T2, TResult> : HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult?>>, IModule<T1, T2, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T1 input1, T2 input2);

            /// <inheritdoc cref="Module{T, TResult}.call"/>
            public TResult call(T1 input1, T2 input2)
            {
                if (!IsHooked)
                    return forward(input1, input2);
                using var _ = TensorObjects.Lend(input1, input2);
                Before();
                foreach (var hook in pre_hooks.Values)
                    (input1, input2) = hook(this, input1, input2) ?? (input1, input2);
                var result = forward(input1, input2);
                foreach (var hook in post_hooks.Values)
                    result = hook(this, input1, input2, result) ?? result;
                After();
                return result;
            }
        }

        /// <summary>A module of three inputs.</summary>
        public abstract class Module<T1, T2, T3, TResult> : HookableModule<Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?>, Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult?>>, IModule<T1, T2, T3, TResult>
        {
            protected Module(string name) : base(name) { }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3);

            /// <inheritdoc cref="Module{T, TResult}.call"/>
            public TResult call(T1 input1, T2 input2, T3 input3)
            {
                if (!IsHooked)
                    return forward(input1, input2, input3);
                using var _ = TensorObjects.Lend(input1, input2, input3);
                Before();
                foreach (var hook in pre_hooks.Values)
                    (input1, input2, input3) = hook(this, input1, input2, input3) ?? (input1, input2, input3);
                var result = forward(input1, input2, input3);
                foreach (var hook in post_hooks.Values)
                    result = hook(this, input1, input2, input3, result) ?? result;
                After();
                return result;
            }
        }
    }
}

/// <summary>Moves of a whole module to another type or device. Only floating-point tensors change their type.</summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => (T)module.To(type, null, non_blocking);
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => (T)module.To(type, device, non_blocking);
    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module => (T)module.To(null, new torch.Device(deviceType, deviceIndex), non_blocking);
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module => (T)module.To(null, device, non_blocking);
    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module => (T)module.To(null, new torch.Device(device), non_blocking);
    public static T to<T>(this T module, torch.Tensor other, bool non_blocking = false) where T : torch.nn.Module => (T)module._to(other, non_blocking);
    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.CPU, non_blocking);
    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module => module.to(DeviceType.CUDA, deviceIndex, non_blocking);
    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.BFloat16, non_blocking);
    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.Float16, non_blocking);
    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.Float32, non_blocking);
    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => module.to(torch.ScalarType.Float64, non_blocking);
}
